/**
 * Answer: what came back to a saved question, whatever it asked: its lists of twins, its counts and who contributed.
 */
import type { Agency, Source, SourceStatus } from '../../graphql/answers.ts';
import { isRecord } from '../../graphql/questions.ts';
import type { Key } from '../words/words.ts';
import { untoldIn } from './sources-line.ts';

export type FoundTwin = { readonly id: string; readonly name: string; readonly kind: string | undefined; readonly agencies: readonly string[] };
export type Section = {
  readonly path: string;
  readonly total: number | undefined;
  readonly twins: readonly FoundTwin[];
  /** cursor behind which its next page begins, where there is one */
  readonly next?: string | undefined;
};
export type Counted = { readonly kind: string | undefined; readonly agency: string | undefined; readonly count: number; readonly of: number };

export type Answer = {
  readonly question: string;
  readonly ms: number;
  readonly sections: readonly Section[];
  readonly counts: readonly Counted[];
  readonly sources: readonly Source[];
  readonly ids: readonly string[];
};

/** As many twins of an answer are listed and lit. */
export const answerTwinsMax = 10_000;
const depthMax = 8;

const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = path.reduce<unknown>((part, key) => (isRecord(part) ? part[key] : undefined), value);
  return typeof found === 'string' ? found : undefined;
};

const numberAt = (value: unknown, key: string): number | undefined => {
  const found = isRecord(value) ? value[key] : undefined;
  return typeof found === 'number' ? found : undefined;
};

/** Its identifier says whose it is, where the question did not ask for it. */
export const agencyOf = (id: string): string | undefined => {
  const authority = /^urn:dtf:(?:twin|federated-twin):([^:/]+)[:/]/.exec(id)?.[1];
  return authority === undefined ? undefined : `urn:dtf:agency:${authority}`;
};

const agenciesOf = (node: unknown, id: string): readonly string[] => {
  const kept = isRecord(node) && Array.isArray(node['representations']) ? node['representations'] : [];
  const said = kept.flatMap((each) => textAt(each, 'agency', 'id') ?? []);
  return said.length > 0 ? [...new Set(said)] : [agencyOf(id)].flatMap((agency) => agency ?? []);
};

const toTwin = (node: unknown): readonly FoundTwin[] => {
  const id = textAt(node, 'id');
  if (id === undefined || !id.startsWith('urn:dtf:')) return [];
  return [{ id, name: textAt(node, 'name') ?? id, kind: textAt(node, 'kind', 'id'), agencies: agenciesOf(node, id) }];
};

const nextAt = (value: Readonly<Record<string, unknown>>): string | undefined =>
  isRecord(value['pageInfo']) && value['pageInfo']['hasNextPage'] === true ? textAt(value, 'pageInfo', 'endCursor') : undefined;

type Parts = { sections: Section[]; counts: Counted[]; sources: Source[] };

const statuses: ReadonlySet<string> = new Set(['ANSWERED', 'FAILED', 'LATE', 'NOT_ASKED', 'PARTIAL', 'WITHHELD'] satisfies SourceStatus[]);
const isStatus = (value: unknown): value is SourceStatus => typeof value === 'string' && statuses.has(value);

const toSource = (value: unknown): readonly Source[] => {
  const id = textAt(value, 'agency', 'id') ?? textAt(value, 'agency', 'name');
  const status = isRecord(value) ? value['status'] : undefined;
  if (id === undefined || !isStatus(status)) return [];
  const agency: Agency = { id, name: textAt(value, 'agency', 'name') ?? id };
  const rows = numberAt(value, 'rows');
  return [
    { agency, status, ...(rows !== undefined && { rows }), latency: textAt(value, 'latency'), age: textAt(value, 'age'), reason: textAt(value, 'reason') },
  ].map(({ latency, age, reason, ...source }) => ({ ...source, latency: latency ?? null, age: age ?? null, reason: reason ?? null }));
};

const toCounted = (value: unknown): readonly Counted[] => {
  const count = numberAt(value, 'count');
  if (count === undefined) return [];
  return [{ kind: textAt(value, 'kind', 'id'), agency: textAt(value, 'agency', 'id'), count, of: numberAt(value, 'of') ?? count }];
};

/** A list of twins is one that stands beside a page; links inside a twin are not an answer of their own. */
const collect = (value: unknown, path: readonly string[], parts: Parts): void => {
  if (!isRecord(value) || path.length > depthMax) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === 'sources' && Array.isArray(part)) parts.sources.push(...part.flatMap(toSource));
    else if (key === 'groups' && Array.isArray(part)) parts.counts.push(...part.flatMap(toCounted));
    else if (key === 'nodes' && Array.isArray(part))
      parts.sections.push({
        path: path.at(-1) ?? '',
        total: numberAt(value, 'totalCount'),
        twins: part.flatMap(toTwin).slice(0, answerTwinsMax),
        next: nextAt(value),
      });
    else collect(part, [...path, key], parts);
  }
};

const badness: Readonly<Record<SourceStatus, number>> = { FAILED: 5, LATE: 4, PARTIAL: 3, WITHHELD: 2, ANSWERED: 1, NOT_ASKED: 0 };

/** One line an agency: the worst of what it did for any part of the question, with all its rows. */
export const mergeSources = (sources: readonly Source[]): readonly Source[] => {
  const merged = new Map<string, Source>();
  for (const source of sources) {
    const known = merged.get(source.agency.id);
    const worse = !known || badness[source.status] > badness[known.status] ? source : known;
    const named = [source, ...(known ? [known] : [])].find(({ agency }) => agency.name !== agency.id)?.agency ?? source.agency;
    merged.set(source.agency.id, {
      ...worse,
      agency: named,
      rows: (known?.rows ?? 0) + (source.rows ?? 0),
      latency: worse.latency ?? known?.latency ?? source.latency ?? null,
      age: worse.age ?? known?.age ?? source.age ?? null,
    });
  }
  return [...merged.values()].sort((a, b) => badness[b.status] - badness[a.status] || (a.agency.name < b.agency.name ? -1 : 1));
};

const idsOf = (sections: readonly Section[]): readonly string[] =>
  [...new Set(sections.flatMap(({ twins }) => twins.map(({ id }) => id)))].slice(0, answerTwinsMax);

const partsIn = (given: unknown): Parts => {
  const parts: Parts = { sections: [], counts: [], sources: [] };
  collect(given, [], parts);
  return parts;
};

export const toAnswer = (question: string, given: unknown, ms: number): Answer => {
  const parts = partsIn(given);
  const sections = parts.sections.filter(({ twins, total }) => twins.length > 0 || total !== undefined || parts.sections.length === 1);
  return { question, ms, sections, counts: parts.counts, sources: mergeSources(parts.sources), ids: idsOf(sections) };
};

/** The first list that goes on, as long as more of it may be taken. */
export const nextOf = ({ sections, ids }: Answer): string | undefined =>
  ids.length >= answerTwinsMax ? undefined : sections.find(({ next }) => next !== undefined)?.next;

/** So often a question is asked again by itself. */
export const asksAgainMax = 3;

/** Who was too late may be in time when asked again; `times`: how often that was done. */
export const isWorthAgain = ({ sources }: Pick<Answer, 'sources'>, times: number): boolean =>
  times < asksAgainMax && sources.some(({ status }) => status === 'LATE');

/** With the next page of its lists. */
export const withPage = (answer: Answer, given: unknown, ms: number): Answer => {
  const { sections: more, sources } = partsIn(given);
  const sections = answer.sections.map((section): Section => {
    const page = section.next === undefined ? undefined : more.find(({ path }) => path === section.path);
    return page ? { ...section, twins: [...section.twins, ...page.twins].slice(0, answerTwinsMax), next: page.next } : { ...section, next: undefined };
  });
  return { ...answer, ms: answer.ms + ms, sections, sources: mergeSources([...answer.sources, ...sources]), ids: idsOf(sections) };
};

/** Why nothing was found, as a key of what is said: who was not asked, or has not told all, has not said that there is nothing. */
export const whyNothing = (sources: readonly Pick<Source, 'agency' | 'status'>[]): Key => {
  if (sources.length > 0 && sources.every(({ status }) => status === 'NOT_ASKED')) return 'nobodyToAsk';
  return untoldIn(sources).length > 0 ? 'nothingAnsweredThere' : 'nothingAnswered';
};
