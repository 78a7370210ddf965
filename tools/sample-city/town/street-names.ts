/**
 * Street names: two pools, one for the lanes of the old town and one for all other streets. A table.
 */

const trees =
  'Linden Eichen Ahorn Birken Buchen Erlen Eschen Ulmen Kastanien Weiden Kiefern Fichten Tannen Lärchen Pappel Holunder Haselnuss Schlehen Wacholder Eiben';
const flowers =
  'Rosen Nelken Tulpen Veilchen Primel Dahlien Astern Lilien Mohn Kornblumen Flieder Ginster Lavendel Malven Heide Jasmin Anemonen Krokus Narzissen Iris';
const birds =
  'Amsel Drossel Finken Lerchen Meisen Schwalben Falken Habicht Kiebitz Reiher Storchen Star Spatzen Zeisig Sperber Eulen Kranich Milan Specht Wachtel';
const people =
  'Schiller Goethe Lessing Herder Hölderlin Heine Droste Fontane Storm Mozart Haydn Schubert Bach Händel Telemann Humboldt Kepler Gauß Röntgen Planck Curie Noether Meitner Siemens Diesel Lilienthal Zuse Dürer Holbein Cranach Merian Dehmel Kollwitz';
const sciences = 'Euler Leibniz Ohm Hertz Bunsen Liebig Wöhler Koch Virchow Behring Helmholtz Weber Fraunhofer Zeiss Daimler Benz Bosch Borsig Krupp Harkort';
const places =
  'Mühlen Ziegelei Schul Kirch Garten Wiesen Anger Kamp Hof Teich Quellen Brunnen Steinbruch Schäfer Winzer Obst Hopfen Flachs Bleich Sand Lehm Kalk Berg Tal Höhen Aussichts Sonnen Wald Forst Feld';
const crafts =
  'Gerber Färber Weber Tuchmacher Schmiede Schuster Bäcker Metzger Töpfer Böttcher Seiler Kürschner Müller Fischer Schiffer Salz Korn Wein Bier Heu Holz Eisen Silber Gold Kupfer Glocken Kloster Spital Pfarr Rats Markt Stadtmauer Turm Tor Wächter Brunnen Kirch Schul Post Apotheker Bader Juden Mönchs Nonnen Enge Krumme Lange Kurze Hohe Tiefe Neue Alte Kleine Große Rosen Linden Hahnen Löwen Adler Bären Hirsch Schwanen Sternen Mond Sonnen Engel Ritter Kaiser Königs Grafen Bischofs';

const streetOf = (root: string, ending: string): string => (/(?:e)$/.test(root) && ending === 'gasse' ? `${root} Gasse` : `${root}${ending}`);

export const streetNames = (): Record<'lane' | 'side', string[]> => ({
  lane: [
    ...crafts.split(' ').map((root) => streetOf(root, 'gasse')),
    ...crafts
      .split(' ')
      .slice(0, 30)
      .map((root) => `${root}hof`),
  ],
  side: [
    ...crafts
      .split(' ')
      .slice(0, 40)
      .map((root) => `${root}weg`),
    ...trees.split(' ').map((root) => `${root}weg`),
    ...trees
      .split(' ')
      .slice(0, 10)
      .map((root) => `${root}allee`),
    ...flowers.split(' ').map((root) => `${root}weg`),
    ...birds.split(' ').map((root) => `${root}weg`),
    ...people.split(' ').map((root) => `${root}straße`),
    ...sciences.split(' ').map((root) => `${root}straße`),
    ...places.split(' ').map((root) => `${root}straße`),
    ...places.split(' ').map((root) => `Am ${root}rain`),
    ...people
      .split(' ')
      .slice(0, 20)
      .map((root) => `${root}weg`),
    ...birds.split(' ').map((root) => `${root}stieg`),
  ],
});
