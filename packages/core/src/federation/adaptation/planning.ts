/**
 * Planning an adaptation (AP-FE): which steps two ends need, by which rules, and what is lost. Rules follow from what the owner says of its data and from the dictionaries.
 */
import type { TermId } from '../../ground/id.ts';
import { problem } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import { type FarForm, type Feature, type FormMember, type FunctionForm, ownFormOf } from '../../twin/feature-information.ts';
import type { SemanticDictionary, Vocabulary } from '../../twin/semantic-dictionary.ts';
import { conversionOfUnits, mapTerm, type TermMapping } from '../../twin/term-mapping.ts';
import { otherProtocol } from '../adaptor.ts';
import type { AdaptationReport, AdaptationRule, AdaptationStep, FeatureAdaptation } from './profile.ts';

/** What the consumer's end understands. */
export type Target = { readonly vocabulary: Vocabulary; readonly dictionary: SemanticDictionary; readonly protocol: string };

type Planned = { readonly adaptation: FeatureAdaptation; readonly report: AdaptationReport };

type Turned =
  | { readonly rule: AdaptationRule; readonly told: string; readonly exact: boolean; readonly from: TermId }
  | { readonly unmapped: string; readonly from: TermId };

const crs84 = 'OGC:CRS84';

/** How numbers of one unit become numbers of the other; undefined where they cannot. */
const unitRule = (
  fromUnit: string | undefined,
  toUnit: string | undefined,
  mapping: TermMapping,
): Pick<AdaptationRule, 'op' | 'factor' | 'offset' | 'fromUnit' | 'toUnit'> | undefined => {
  if (fromUnit === undefined || toUnit === undefined || fromUnit === toUnit)
    return { op: 'rename', ...(fromUnit !== undefined && { fromUnit, toUnit: fromUnit }) };
  const { conversion } = mapping;
  const found = conversionOfUnits(fromUnit, toUnit) ?? (conversion?.fromUnit === fromUnit && conversion.toUnit === toUnit ? conversion : undefined);
  return found && { op: 'unit', factor: found.factor, offset: found.offset, fromUnit, toUnit };
};

const turnMember = ({ member, term, unit, codes }: FormMember, { vocabulary, dictionary }: Target): Turned => {
  const mapping = mapTerm(term, { vocabulary, dictionary });
  if (mapping.to === undefined) return { from: term, unmapped: `no term of ${dictionary.prefix} corresponds` };
  const toUnit = vocabulary.term(mapping.to)?.unit;
  const fromUnit = unit ?? vocabulary.term(term)?.unit;
  const converted = unitRule(fromUnit, toUnit, mapping);
  if (!converted) return { from: term, unmapped: `${fromUnit} does not become ${toUnit}` };
  const rule: AdaptationRule = { from: member, to: mapping.to, term, relation: mapping.relation, ...converted, ...(codes && { op: 'code', codes }) };
  const units = fromUnit === undefined ? '' : converted.op === 'unit' ? [` ${fromUnit}`, ` ${toUnit}`] : [` ${fromUnit}`, ` ${fromUnit}`];
  return { from: term, rule, exact: mapping.relation === 'exact', told: `${term}${units[0] ?? ''} to ${mapping.to}${units[1] ?? ''}` };
};

/** Parts of the twin itself. */
const partRules = ({ key, name, observedAt, crs, timeZone }: FarForm): readonly AdaptationRule[] => [
  { from: key, to: 'key', op: 'copy', relation: 'exact' },
  ...(name === undefined ? [] : [{ from: name, to: 'name', op: 'copy', relation: 'exact' } as const]),
  ...(observedAt === undefined ? [] : [{ from: observedAt, to: 'observedAt', op: 'time', relation: 'exact', ...(timeZone && { timeZone }) } as const]),
  { from: 'geometry', to: 'place', op: 'crs', relation: 'exact', fromCrs: crs ?? crs84, toCrs: crs84 },
];

const relationWords: Readonly<Record<TermMapping['relation'], string>> = {
  exact: 'the same',
  close: 'close, not the same',
  broader: 'the wider term stands for it',
  narrower: 'a narrower term stands for it',
  none: 'nothing',
};

const reportOf = (turned: readonly Turned[]): AdaptationReport => {
  const kept = turned.flatMap((one) => ('rule' in one ? [one] : []));
  const exact = kept.filter((one) => one.exact);
  const lossy = kept.filter((one) => !one.exact);
  const all = Math.max(1, turned.length);
  return {
    coverage: turned.length === 0 ? 1 : kept.length / all,
    expectedLoss: (turned.length - kept.length + lossy.length / 2) / all,
    exact: exact.map(({ told }) => told),
    lossy: lossy.flatMap(({ from, rule }) => (isTermOf(rule) ? [{ from, to: rule.to, why: relationWords[rule.relation] }] : [])),
    unmapped: turned.flatMap((one) => ('unmapped' in one ? [{ term: one.from, why: one.unmapped }] : [])),
  };
};

const rulesOf = (turned: readonly Turned[]): readonly AdaptationRule[] => turned.flatMap((one) => ('rule' in one ? [one.rule] : []));

const isTermOf = (rule: AdaptationRule): rule is AdaptationRule & { readonly to: TermId } => rule.to.includes(':');

type Kinds = Pick<FeatureAdaptation, 'featureId' | 'kind'>;

const planData = (form: FarForm, kinds: Kinds, target: Target): Planned => {
  const turned = form.members.map((member) => turnMember(member, target));
  const rules = [...partRules(form), ...rulesOf(turned)];
  return { adaptation: { ...kinds, source: form.source, format: form.format, rules }, report: reportOf(turned) };
};

/** What goes into a function and what comes out of it. */
const planFunction = ({ format, inputs, outputs }: FunctionForm, kinds: Kinds, target: Target): Planned => {
  const [given, made] = [inputs, outputs].map((members) => members.map((member) => turnMember(member, target)));
  const rules = { inputs: [...rulesOf(given ?? [])], rules: [...rulesOf(made ?? [])] };
  return { adaptation: { ...kinds, source: kinds.featureId, format, ...rules }, report: reportOf([...(given ?? []), ...(made ?? [])]) };
};

/** The rules for one feature; `mappingMissing` where its kind means nothing in the other dictionary. */
export const planFeature = ({ id, attributes }: Feature, target: Target): Result<Planned> => {
  const { semanticType, data, function: computed } = attributes;
  const { to, relation } = mapTerm(semanticType, target);
  if (to === undefined)
    return fail(problem('mappingMissing', { subject: id, found: semanticType, accepted: `a kind that a term of ${target.dictionary.prefix} corresponds to` }));
  const kinds: Kinds = { featureId: id, kind: { from: semanticType, to, relation } };
  const planned = computed?.form ? planFunction(computed.form, kinds, target) : data.form && planData(data.form, kinds, target);
  const accepted = 'data.form, or function.form';
  return planned ? ok(planned) : fail(problem('unbridgeable', { subject: id, found: 'nothing said of how it is there', accepted }));
};

/** What a profile keeps and loses once people have changed its rules: terms that a rule has now are lost no more. */
export const reportOfRules = (features: readonly FeatureAdaptation[], before: AdaptationReport): AdaptationReport => {
  const rules = features.flatMap((feature) => [...feature.rules, ...(feature.inputs ?? [])]).filter(isTermOf);
  const mapped = new Set<string | undefined>(rules.map(({ term }) => term));
  const unmapped = before.unmapped.filter(({ term }) => !mapped.has(term));
  const lossy = rules.filter(({ relation }) => relation !== 'exact');
  const all = Math.max(1, rules.length + unmapped.length);
  const unitOf = (unit: string | undefined): string => (unit === undefined ? '' : ` ${unit}`);
  return {
    coverage: rules.length / all,
    expectedLoss: (unmapped.length + lossy.length / 2) / all,
    exact: rules
      .filter(({ relation }) => relation === 'exact')
      .map(({ term, from, to, fromUnit, toUnit }) => `${term ?? from}${unitOf(fromUnit)} to ${to}${unitOf(toUnit)}`),
    lossy: lossy.map(({ term, to, relation }) => ({ from: term ?? to, to, why: relationWords[relation] })),
    unmapped,
  };
};

/** A profile that people wrote: every feature but a function keeps a key, and every unit says how it is converted. */
export const checkRules = (features: readonly FeatureAdaptation[]): Result<true> => {
  for (const { featureId, rules, inputs } of features) {
    if (!inputs && !rules.some(({ to }) => to === 'key')) return fail(problem('badProfile', { subject: featureId, accepted: 'a rule to key' }));
    const bare = [...rules, ...(inputs ?? [])].find(({ op, factor }) => op === 'unit' && factor === undefined);
    if (bare)
      return fail(
        problem('badProfile', { subject: featureId, path: bare.from, found: 'a unit without a factor', accepted: 'factor, and offset where there is one' }),
      );
  }
  return ok(true);
};

/** Several reports as one: each property of each feature counts the same. */
export const joinReports = (reports: readonly AdaptationReport[]): AdaptationReport => {
  const sizeOf = ({ exact, lossy, unmapped }: AdaptationReport): number => exact.length + lossy.length + unmapped.length;
  const all = reports.reduce((sum, report) => sum + sizeOf(report), 0);
  const meanOf = (part: (report: AdaptationReport) => number, none: number): number =>
    all === 0 ? none : reports.reduce((sum, report) => sum + part(report) * sizeOf(report), 0) / all;
  return {
    coverage: meanOf(({ coverage }) => coverage, 1),
    expectedLoss: meanOf(({ expectedLoss }) => expectedLoss, 0),
    exact: reports.flatMap(({ exact }) => exact),
    lossy: reports.flatMap(({ lossy }) => lossy),
    unmapped: reports.flatMap(({ unmapped }) => unmapped),
  };
};

/** What stands between a feature and whoever would use it, in the order in which an adaptor takes it away; nothing where they can talk directly. */
export const stepsBetween = (features: readonly Feature[], { dictionary, protocol }: Pick<Target, 'dictionary' | 'protocol'>): readonly AdaptationStep[] => {
  const forms = features.flatMap((feature) => ownFormOf(feature) ?? []);
  return [
    ...(forms.length > 0 && features.some((feature) => otherProtocol(feature, protocol) !== undefined) ? (['protocol'] as const) : []),
    ...(forms.length > 0 ? (['format'] as const) : []),
    ...(forms.some((form) => form.dictionary !== dictionary.id) ? (['semantic'] as const) : []),
  ];
};
