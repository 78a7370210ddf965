/**
 * Workload W1: three agencies keep 1,000 buildings each; a question names 20 of them and wants one field from each agency.
 */
export const buildingsInAll = 1_000;
export const buildingsAsked = 20;

export const agencies = ['cadastre', 'energy', 'mobility'] as const;
export type AgencyName = (typeof agencies)[number];

/** Which field each agency keeps; nobody keeps another's. */
export const fieldOf = { cadastre: 'height', energy: 'power', mobility: 'occupancy' } as const satisfies Record<AgencyName, string>;
export type Field = (typeof fieldOf)[AgencyName];

export type Fields = Readonly<Partial<Record<Field, number | null | undefined>>>;

export const idOf = (index: number): string => `urn:bench:building:${index}`;

/** No two fields of a building and hardly two buildings have the same number, so that a wrong row is seen. */
export const valueOf = (index: number, field: Field): number =>
  ({ height: 3 + ((index * 7) % 997) / 8, power: 1 + ((index * 13) % 991) / 4, occupancy: ((index * 17) % 983) / 16 })[field];

const fields = Object.values(fieldOf);

const indexById = new Map(Array.from({ length: buildingsInAll }, (_, index) => [idOf(index), index]));

/** Whether an answer has exactly the buildings asked for, each with every field, but those of `without`, and that one as it is kept. */
export const isRight = (asked: readonly string[], rows: ReadonlyMap<string, Fields>, without?: AgencyName): boolean =>
  rows.size === asked.length &&
  asked.every((id) => {
    const row = rows.get(id);
    const index = indexById.get(id);
    return row !== undefined && index !== undefined && fields.every((field) => (without && fieldOf[without] === field) || row[field] === valueOf(index, field));
  });

/** Questions that differ from one to the next, the same ones for the same seed (mulberry32). */
export const createQuestions = (seed: number): (() => readonly string[]) => {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const stirred = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((stirred ^ (stirred >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => {
    const chosen = new Set<number>();
    while (chosen.size < buildingsAsked) chosen.add(Math.floor(next() * buildingsInAll));
    return [...chosen].map(idOf);
  };
};
