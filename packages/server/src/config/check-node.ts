/**
 * Check node: what a node file's schema cannot see: sources that are named twice, terms that no dictionary has, units that measure something else.
 */
import { convert, fail, isUnit, ok, problem, type Result, type TermId, type TermRole, type Vocabulary } from '@cityweave/core';
import { distance } from 'fastest-levenshtein';
import type { Source } from '../import/source.ts';
import type { FarFunction } from './far-function.ts';
import type { FarInterface } from './far-interface.ts';
import type { NodeFile } from './node-file.ts';

export const nearest = (key: string, known: readonly string[]): string | undefined => [...known].sort((a, b) => distance(key, a) - distance(key, b))[0];

type Named = { readonly path: string; readonly term: TermId; readonly role: TermRole };
type Measured = { readonly path: string; readonly term: TermId | string; readonly unit: string };

const kindsOf = ({ id, kind }: Source): readonly Named[] => {
  const kinds = typeof kind === 'string' ? [kind] : [...Object.values(kind.kinds), ...(kind.otherwise ? [kind.otherwise] : [])];
  return kinds.map((term) => ({ path: `sources/${id}/kind`, term, role: 'kind' }));
};

const termsOf = (source: Source): readonly Named[] => {
  const { id, properties, constants, joins, links } = source;
  return [
    ...kindsOf(source),
    ...properties.map(({ column, term }): Named => ({ path: `sources/${id}/properties/${column}`, term, role: 'property' })),
    ...Object.keys(constants).map((term): Named => ({ path: `sources/${id}/constants`, term: term as TermId, role: 'property' })), // branding: a text that is no term is in no dictionary
    ...[...joins, ...links].map(({ kind }): Named => ({ path: `sources/${id}/links`, term: kind, role: 'link' })),
  ];
};

const unitsOf = ({ id, properties, constants }: Source): readonly Measured[] => [
  ...properties.flatMap(({ column, term, unit }) => (unit === undefined ? [] : [{ path: `sources/${id}/properties/${column}`, term, unit }])),
  ...Object.entries(constants).flatMap(([term, { unit }]) => (unit === undefined ? [] : [{ path: `sources/${id}/constants/${term}`, term, unit }])),
];

/** Terms of prefixes that no dictionary has pass: their owner keeps them apart. */
const checkTerm = (vocabulary: Vocabulary, { path, term, role }: Named): Result<true> => {
  const dictionary = vocabulary.dictionaries.find(({ prefix }) => prefix === term.split(':')[0]);
  const found = vocabulary.term(term);
  if (!dictionary || found?.role === role) return ok(true);
  const meant = nearest(
    term,
    dictionary.terms.filter((known) => known.role === role).map((known) => known.term),
  );
  return fail(
    problem('badConfiguration', { path, found: found ? `${term}, which is a ${found.role}` : term, accepted: meant ? `a ${role}, as ${meant}` : `a ${role}` }),
  );
};

const checkUnit = (vocabulary: Vocabulary, { path, term, unit }: Measured): Result<true> => {
  if (!isUnit(unit)) return fail(problem('badConfiguration', { path, found: unit, accepted: 'a unit of UCUM, as m, kW or [ft_us]' }));
  const wanted = vocabulary.term(term)?.unit;
  if (wanted === undefined || convert(1, unit, wanted).ok) return ok(true);
  return fail(problem('badConfiguration', { path, found: unit, accepted: `a unit of ${term}, as ${wanted}` }));
};

const checkTwice = (sources: readonly { readonly id: string }[]): Result<true> => {
  const ids = sources.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  return twice === undefined
    ? ok(true)
    : fail(problem('badConfiguration', { path: `sources/${twice}`, found: `${twice} twice`, accepted: 'one source an id' }));
};

const namedIn = ({ id, kind, members }: FarInterface): readonly Named[] => [
  { path: `interfaces/${id}/kind`, term: kind, role: 'kind' },
  ...members.map(({ member, term }): Named => ({ path: `interfaces/${id}/members/${member}`, term, role: 'property' })),
];

const measuredIn = ({ id, members }: FarInterface): readonly Measured[] =>
  members.flatMap(({ member, term, unit }) => (unit === undefined ? [] : [{ path: `interfaces/${id}/members/${member}`, term, unit }]));

type Meant = { readonly path: string } & FarFunction['inputs'][number];

const meantIn = ({ id, inputs, outputs }: FarFunction): readonly Meant[] => [
  ...inputs.map((member): Meant => ({ path: `farFunctions/${id}/inputs/${member.member}`, ...member })),
  ...outputs.map((member): Meant => ({ path: `farFunctions/${id}/outputs/${member.member}`, ...member })),
];

const namedInFunction = (given: FarFunction): readonly Named[] => [
  { path: `farFunctions/${given.id}/kind`, term: given.kind, role: 'kind' },
  ...meantIn(given).map(({ path, term }): Named => ({ path, term, role: 'property' })),
];

const measuredInFunction = (given: FarFunction): readonly Measured[] =>
  meantIn(given).flatMap(({ path, term, unit }) => (unit === undefined ? [] : [{ path, term, unit }]));

/** A command must be told which entity it is for. */
const checkEntity = (given: FarFunction): Result<true> =>
  given.protocol !== 'ngsi-ld' || given.inputs.some(({ member }) => member === given.entity)
    ? ok(true)
    : fail(problem('badConfiguration', { path: `farFunctions/${given.id}/entity`, found: given.entity, accepted: 'one of its inputs' }));

/** Whoever keeps its data elsewhere answers over an adaptor, and with nothing that it imported or computes here: that would be missing without a word. */
const checkAlone = ({ interfaces, farFunctions, sources, functions }: NodeFile): Result<true> => {
  const beside = [...(sources.length > 0 ? ['sources'] : []), ...(functions.length > 0 ? ['functions'] : [])];
  const far = interfaces.length > 0 ? 'interfaces' : farFunctions.length > 0 ? 'farFunctions' : undefined;
  if (far === undefined || beside.length === 0) return ok(true);
  const accepted = `${far} alone: give the ${beside.join(' and ')} a node of their own`;
  return fail(problem('badConfiguration', { path: far, found: `${far} beside ${beside.join(' and ')}`, accepted }));
};

/** The first thing that is wrong with a node's sources and interfaces, with where it stands. */
export const checkNode = (node: NodeFile, vocabulary: Vocabulary): Result<true> => {
  const { agency, sources, interfaces, farFunctions } = node;
  const checked = [
    checkAlone(node),
    checkTwice([...sources, ...interfaces]),
    checkTwice(farFunctions),
    ...farFunctions.map(checkEntity),
    ...farFunctions.flatMap(namedInFunction).map((named) => checkTerm(vocabulary, named)),
    ...farFunctions.flatMap(measuredInFunction).map((measured) => checkUnit(vocabulary, measured)),
    ...interfaces.flatMap(namedIn).map((named) => checkTerm(vocabulary, named)),
    ...interfaces.flatMap(measuredIn).map((measured) => checkUnit(vocabulary, measured)),
    ...sources.flatMap(termsOf).map((named) => checkTerm(vocabulary, named)),
    ...sources.flatMap(unitsOf).map((measured) => checkUnit(vocabulary, measured)),
  ];
  const wrong = checked.find((one) => !one.ok);
  return wrong && !wrong.ok ? fail({ ...wrong.problem, subject: agency }) : ok(true);
};
