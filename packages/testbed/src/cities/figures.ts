/**
 * Figures of real cities, straight from their files: how many buildings there are, and which is the tallest. It shares nothing with core or server.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

type Tallest = { readonly key: string; readonly metres: number };
export type Figures = { readonly buildings: number; readonly tallest: Tallest };

type Nested = readonly (number | Nested)[];
type CityObject = { readonly type: string; readonly geometry?: readonly { readonly boundaries: Nested }[] };
type Model = {
  readonly CityObjects: Readonly<Record<string, CityObject>>;
  readonly vertices: readonly (readonly [number, number, number])[];
  readonly transform: { readonly scale: readonly [number, number, number] };
};
type Register = { readonly features: readonly { readonly properties: { readonly ID: string; readonly HAUTEUR: number | null } }[] };

/** The form of the file is its publisher's. */
const read = <File>(folder: string, file: string): File => JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString('utf8'));

const taller = (a: Tallest, b: Tallest): Tallest => (b.metres > a.metres ? b : a);
const none: Tallest = { key: '', metres: 0 };

const heightOf = ({ geometry = [] }: CityObject, { vertices, transform }: Model): number => {
  const heights = geometry.flatMap(({ boundaries }) => (boundaries.flat(9) as number[]).map((corner) => vertices[corner]?.[2] ?? 0)); // branding: a list in lists, laid flat
  return heights.length === 0 ? 0 : (Math.max(...heights) - Math.min(...heights)) * transform.scale[2];
};

/** Of a CityJSON file: its buildings, and from the lowest to the highest corner of what is tallest, parts of buildings as well. */
export const modelFigures = (folder: string, file: string): Figures => {
  const model = read<Model>(folder, file);
  const solids = Object.entries(model.CityObjects).filter(([, { type }]) => type.startsWith('Building'));
  return {
    buildings: solids.filter(([, { type }]) => type === 'Building').length,
    tallest: solids.map(([key, solid]): Tallest => ({ key, metres: heightOf(solid, model) })).reduce(taller, none),
  };
};

/** Of files of BD TOPO: their buildings, and the tallest by what the register says. */
export const registerFigures = (folder: string, ...files: readonly string[]): Figures => {
  const rows = files.flatMap((file) => read<Register>(folder, file).features.map(({ properties }) => properties));
  return { buildings: rows.length, tallest: rows.map(({ ID, HAUTEUR }): Tallest => ({ key: ID, metres: HAUTEUR ?? 0 })).reduce(taller, none) };
};
