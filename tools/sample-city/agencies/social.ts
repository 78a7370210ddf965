/**
 * Schools and housing: schools, homes for the elderly, and a register of buildings that disagrees with planning's for some of them.
 */
import { createChance } from '../ground/chance.ts';
import { toUtm } from '../ground/projection.ts';
import { type Columns, csv, type MadeFile, textFile } from '../ground/writers.ts';
import { addressText, type Building, type Use } from '../town/buildings.ts';
import type { Town } from '../town/town.ts';
import { mainBuildings, shelterNear } from './fire.ts';

const useCodes: Readonly<Record<Use, string>> = { residential: 'W', mixed: 'M', commercial: 'H', industrial: 'G', public: 'O', office: 'B' };

const schoolRows = (town: Town): readonly Columns[] =>
  mainBuildings(town, 'school').map((building, index) => {
    const [east, north] = toUtm(building.centre);
    return {
      Schulnr: 183_001 + index * 7,
      Schule: building.landmark?.name,
      Anschrift: addressText(building),
      GebNr: building.number,
      Plaetze: 240 + ((index * 170) % 700),
      Ost: Math.round(east),
      Nord: Math.round(north),
    };
  });

/** Who lives in a home goes to the fire department's shelter next to it when the water comes. */
const homeRows = (town: Town): readonly Columns[] =>
  mainBuildings(town, 'careHome').map((building, index) => {
    const [east, north] = toUtm(building.centre);
    return {
      Einrichtung: `PE${index + 1}`,
      Name: building.landmark?.name,
      Anschrift: addressText(building),
      GebNr: building.number,
      Betten: 48 + ((index * 37) % 90),
      Ausweichort: shelterNear(town, building.centre),
      Ost: Math.round(east),
      Nord: Math.round(north),
    };
  });

/** What planted disagreements look like: a storey more, another year, another use. */
const registerRow = (building: Building, odd: 0 | 1 | 2 | 3): Columns => ({
  GebNr: building.number,
  Anschrift: addressText(building),
  Geschosse: building.storeys + (odd === 1 ? 1 : 0),
  Baujahr: building.year + (odd === 2 ? 12 : 0),
  Nutzung: odd === 3 ? (building.use === 'residential' ? 'B' : 'W') : useCodes[building.use],
  Wohnungen: building.use === 'residential' || building.use === 'mixed' ? Math.max(1, building.storeys * 2 - 1) : 0,
  Stand: '2026-01-31T00:00:00Z',
});

/** One row for nearly every building; 3 % disagree with planning, 1 % are missing, and eight rows speak of buildings that nobody else knows. */
const registerRows = ({ built, seed }: Town): readonly Columns[] => {
  const chance = createChance(seed, 'building register');
  const known = built.buildings
    .filter(({ partOf }) => partOf === undefined)
    .flatMap((building) => {
      const odd = chance.happens(0.03) ? chance.pick<1 | 2 | 3>(1, 2, 3) : 0;
      return chance.happens(0.01) ? [] : [registerRow(building, odd)];
    });
  const ghosts = known.slice(100, 108).map((row, index) => ({ ...row, GebNr: 9_901 + index, Anschrift: `Gartenkolonie ${index + 1}` }));
  return [...known, ...ghosts];
};

export const socialFiles = (town: Town): readonly MadeFile[] => [
  textFile('agencies/social/schulen.csv', csv(schoolRows(town), { delimiter: ';' })),
  textFile('agencies/social/pflegeheime.csv', csv(homeRows(town), { delimiter: ';' })),
  textFile('agencies/social/gebaeuderegister.csv.gz', csv(registerRows(town), { delimiter: ';' })),
];
