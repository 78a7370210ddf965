/**
 * TermMapping: how a term of one dictionary relates to a term of another, and how its values are converted (SD-FE, SA-FE; our design).
 */
import { z } from 'zod';
import { TermId } from '../ground/id.ts';
import { openObject } from '../ground/json.ts';
import { convert } from '../ground/quantity.ts';
import type { SemanticDictionary, Term, Vocabulary } from './semantic-dictionary.ts';

export const MappingRelation = z.enum(['exact', 'close', 'broader', 'narrower', 'none']);
export type MappingRelation = z.infer<typeof MappingRelation>;

/** wanted = found * factor + offset */
export const LinearConversion = openObject({ factor: z.number(), offset: z.number(), fromUnit: z.string().optional(), toUnit: z.string().optional() });
export type LinearConversion = z.infer<typeof LinearConversion>;

export const TermMapping = openObject({
  from: TermId,
  /** absent where nothing corresponds */
  to: TermId.optional(),
  relation: MappingRelation,
  conversion: LinearConversion.optional(),
  /** how sure its author is, 0 to 1 */
  confidence: z.number().min(0).max(1),
});
export type TermMapping = z.infer<typeof TermMapping>;

const turned: Readonly<Record<MappingRelation, MappingRelation>> = { exact: 'exact', close: 'close', broader: 'narrower', narrower: 'broader', none: 'none' };

const turnedConversion = ({ factor, offset, fromUnit, toUnit }: LinearConversion): LinearConversion => ({
  factor: 1 / factor,
  offset: -offset / factor,
  ...(toUnit !== undefined && { fromUnit: toUnit }),
  ...(fromUnit !== undefined && { toUnit: fromUnit }),
});

/** The same mapping read from its other end; undefined where a conversion cannot be undone, or nothing corresponds. */
export const turnMapping = ({ from, to, relation, conversion, confidence }: TermMapping): TermMapping | undefined => {
  if (to === undefined || conversion?.factor === 0) return undefined;
  return { from: to, to: from, relation: turned[relation], confidence, ...(conversion && { conversion: turnedConversion(conversion) }) };
};

/** What turns values of one unit into another; undefined where they are equal or measure different things. */
export const conversionOfUnits = (fromUnit: string, toUnit: string): LinearConversion | undefined => {
  const zero = convert(0, fromUnit, toUnit);
  const one = convert(1, fromUnit, toUnit);
  return fromUnit !== toUnit && zero.ok && one.ok ? { factor: one.value - zero.value, offset: zero.value, fromUnit, toUnit } : undefined;
};

const byUnits = (from: Term | undefined, to: Term): Pick<TermMapping, 'conversion'> => {
  const conversion = from?.unit !== undefined && to.unit !== undefined ? conversionOfUnits(from.unit, to.unit) : undefined;
  return conversion ? { conversion } : {};
};

type Target = { readonly vocabulary: Vocabulary; readonly dictionary: SemanticDictionary };

/** What an author wrote down, of either dictionary, from either end. */
const declared = (from: TermId, { vocabulary, dictionary }: Target): TermMapping | undefined => {
  const mine = new Set<string>(dictionary.terms.map(({ term }) => term));
  const all = vocabulary.dictionaries.flatMap(({ mappings = [] }) => mappings).flatMap((mapping) => [mapping, turnMapping(mapping) ?? []].flat());
  return all.find((mapping) => mapping.from === from && mapping.to !== undefined && mine.has(mapping.to));
};

const isSame = (from: TermId, term: Term, known: Term | undefined): boolean =>
  term.term === from || (term.sameAs ?? []).includes(from) || (known?.sameAs ?? []).includes(term.term);

/** The closest term of the dictionary: one that its author mapped, a synonym, the nearest wider one, a narrower one, or none. */
export const mapTerm = (from: TermId, target: Target): TermMapping => {
  const { vocabulary, dictionary } = target;
  const known = vocabulary.term(from);
  const written = declared(from, target);
  if (written) return written;
  const same = dictionary.terms.find((term) => isSame(from, term, known));
  if (same) return { from, to: same.term, relation: 'exact', confidence: 1, ...byUnits(known, same) };
  const wider = dictionary.terms
    .filter(({ term }) => vocabulary.isA(from, term))
    .sort((a, b) => vocabulary.narrowed(a.term).length - vocabulary.narrowed(b.term).length)[0];
  if (wider) return { from, to: wider.term, relation: 'broader', confidence: 1, ...byUnits(known, wider) };
  const narrower = dictionary.terms.find(({ term }) => vocabulary.isA(term, from));
  if (narrower) return { from, to: narrower.term, relation: 'narrower', confidence: 1, ...byUnits(known, narrower) };
  return { from, relation: 'none', confidence: 1 };
};
