/**
 * A store as simple as one can be: maps in memory and the functions of core. What it answers is the measure of every store under random commands.
 */
import {
  type Change,
  compareSamples,
  type Gained,
  type Instant,
  type Join,
  type Link,
  type LinkChange,
  type LinkId,
  linkAt,
  type Moment,
  matchesFilter,
  patchTwin,
  type Sample,
  sameAs,
  sampleAt,
  sampleOfLink,
  samplesOfChange,
  samplesOfLink,
  seriesOf,
  standingSample,
  type Twin,
  type TwinChange,
  type TwinFilter,
  type TwinId,
  type TwinInput,
  twinOfSamples,
  twinSeries,
} from '@cityweave/core';
import type { ApplyOptions, Command } from './store.ts';

/** What became of a command, in short: the version reached, or why not. */
export type Fate = number | 'revisionConflict' | 'notFound';

type Beside = Pick<Extract<Command, { op: 'putTwin' }>, 'shapes' | 'source' | 'digest'>;

type State = {
  readonly twins: Map<TwinId, Twin>;
  /** what is kept beside a twin */
  readonly beside: Map<TwinId, Beside>;
  readonly links: Map<LinkId, Link>;
  readonly joins: Map<string, Join>;
  readonly cursors: Map<string, number>;
  readonly series: Map<TwinId, Map<string, Map<string, Sample>>>;
  /** samples of links of which something else was said */
  readonly pastLinks: Map<LinkId, readonly Sample[]>;
  /** the last versions of what is gone */
  readonly gone: Map<string, number>;
  readonly changes: Change[];
};

const copyOf = ({ twins, beside, links, joins, cursors, series, pastLinks, gone, changes }: State): State => ({
  twins: new Map(twins),
  beside: new Map(beside),
  links: new Map(links),
  joins: new Map(joins),
  cursors: new Map(cursors),
  series: new Map([...series].map(([id, of]) => [id, new Map([...of].map(([name, samples]) => [name, new Map(samples)]))])),
  pastLinks: new Map(pastLinks),
  gone: new Map(gone),
  changes: [...changes],
});

const inputOf = ({ version, createdAt, updatedAt, shaped, ...input }: Twin): TwinInput => input;
const joinKeyOf = ({ from, kind, agency, scheme, value }: Join): string => JSON.stringify([from, kind, agency, scheme, value]);
const samplesOf = (state: State, id: TwinId, series: string): readonly Sample[] =>
  [...(state.series.get(id)?.get(series)?.values() ?? [])].toSorted(compareSamples);

const note = ({ changes }: State, change: Omit<Change, 'seq'>): void => {
  changes.push({ seq: changes.length + 1, ...change });
};

const end = ({ gone }: State, id: string, version: number): number => {
  gone.set(id, version);
  return version;
};

const gain = (state: State, id: TwinId, change: TwinChange): boolean => {
  const of = state.series.get(id) ?? new Map<string, Map<string, Sample>>();
  const put = ({ series, begins, samples }: Gained): void => {
    const known = of.get(series) ?? new Map<string, Sample>();
    for (const sample of [...(begins ? [begins] : []), ...samples]) known.set(`${sample.observedAt}${sample.recordedAt}`, sample);
    of.set(series, known);
  };
  const all = samplesOfChange(change, {
    has: (series) => samplesOf(state, id, series).length > 0,
    last: (series) => samplesOf(state, id, series).at(-1),
    observed: (series, times) => samplesOf(state, id, series).filter(({ observedAt }) => times.has(observedAt)),
  });
  for (const gained of all) put(gained);
  if (of.size > 0) state.series.set(id, of);
  return all.length > 0;
};

type Writing = { readonly state: State; readonly at: Instant };

const keep = ({ state, at }: Writing, input: TwinInput): Fate => {
  const found = state.twins.get(input.id);
  const version = (found?.version ?? state.gone.get(input.id) ?? 0) + 1;
  const isShaped = (state.beside.get(input.id)?.shapes ?? []).length > 0;
  state.twins.set(input.id, { ...input, version, createdAt: found?.createdAt ?? at, updatedAt: at, ...(isShaped && { shaped: true }) });
  note(state, { id: input.id, op: 'put', at, ...(found && found.kind !== input.kind && { kind: found.kind }) });
  return version;
};

const gainLink = ({ state, at }: Writing, change: Omit<LinkChange, 'at'>): void => {
  const id = change.before?.id ?? change.after?.id;
  const gained = id ? samplesOfLink({ ...change, at }, state.pastLinks.get(id)?.toSorted(compareSamples).at(-1)) : [];
  const known = new Map([...((id && state.pastLinks.get(id)) ?? []), ...gained].map((sample) => [`${sample.observedAt}${sample.recordedAt}`, sample]));
  if (id && gained.length > 0) state.pastLinks.set(id, [...known.values()]);
};

const unlink = (writing: Writing, link: Link, endedAt?: Instant): Fate => {
  const { state, at } = writing;
  gainLink(writing, { before: link, endedAt });
  state.links.delete(link.id);
  note(state, { id: link.from, op: 'unlink', at, link: link.id });
  return end(state, link.id, (link.version ?? 1) + 1);
};

const remove = (writing: Writing, found: Twin): Fate => {
  const { state, at } = writing;
  gain(state, found.id, { before: found, at });
  for (const link of [...state.links.values()].filter(({ from, to }) => from === found.id || to === found.id)) unlink(writing, link);
  for (const [key, { from }] of state.joins) if (from === found.id) state.joins.delete(key);
  state.twins.delete(found.id);
  state.beside.delete(found.id);
  note(state, { id: found.id, op: 'delete', at, kind: found.kind });
  return end(state, found.id, found.version + 1);
};

const patch = (writing: Writing, found: Twin, command: Extract<Command, { op: 'patchTwin' }>): Fate => {
  const { state, at } = writing;
  const before = inputOf(found);
  const { after, late } = patchTwin(before, command, at);
  const gains = gain(state, found.id, { before, after, at, late, placedAt: command.position && (command.placedAt ?? at) });
  return after === before && !gains ? found.version : keep(writing, after);
};

const putJoins = ({ state }: Writing, from: TwinId, joins: readonly Join[]): void => {
  const wanted = new Set(joins.map(joinKeyOf));
  for (const [key, join] of state.joins) if (join.from === from && !wanted.has(key)) state.joins.delete(key);
  for (const join of joins) if (!state.joins.has(joinKeyOf(join))) state.joins.set(joinKeyOf(join), join);
};

const applyTwin = (writing: Writing, command: Extract<Command, { op: 'putTwin' | 'patchTwin' | 'deleteTwin' }>): Fate => {
  const { state, at } = writing;
  const found = state.twins.get(command.op === 'putTwin' ? command.twin.id : command.id);
  if (command.op !== 'putTwin' && !found) return 'notFound';
  if (command.expected !== undefined && command.expected !== (found?.version ?? 0)) return 'revisionConflict';
  if (command.op === 'deleteTwin') return found ? remove(writing, found) : 'notFound';
  if (command.op === 'patchTwin') return found ? patch(writing, found, command) : 'notFound';
  const { shapes, source, digest } = command;
  const said = { ...(shapes && { shapes }), ...(source !== undefined && { source }), ...(digest !== undefined && { digest }) };
  state.beside.set(command.twin.id, { ...state.beside.get(command.twin.id), ...said });
  gain(state, command.twin.id, { before: found, after: command.twin, at });
  return keep(writing, command.twin);
};

const applyOne = (writing: Writing, command: Command): Fate => {
  const { state, at } = writing;
  switch (command.op) {
    case 'putLink': {
      const { link, expected } = command;
      const found = state.links.get(link.id);
      const standing = found ? (found.version ?? 1) : 0;
      if (expected !== undefined && expected !== standing) return 'revisionConflict';
      const version = (found ? standing : (state.gone.get(link.id) ?? 0)) + 1;
      gainLink(writing, { before: found, after: link });
      state.links.set(link.id, { ...link, ...(version > 1 && { version }) });
      note(state, { id: link.from, op: 'link', at, link: link.id });
      return version;
    }
    case 'deleteLink': {
      const link = state.links.get(command.id);
      if (!link) return 'notFound';
      const { version = 1 } = link;
      if (command.expected !== undefined && command.expected !== version) return 'revisionConflict';
      return unlink(writing, link, command.endedAt);
    }
    case 'putJoins':
      putJoins(writing, command.from, command.joins);
      return 1;
    case 'settleJoin': {
      const known = state.joins.has(joinKeyOf(command.join));
      if (known) state.joins.set(joinKeyOf(command.join), command.join);
      return known ? 1 : 'notFound';
    }
    default:
      return applyTwin(writing, command);
  }
};

/** Without what held no more; nothing where all that is known is that it is over. */
const without = (samples: readonly Sample[], before: Instant): readonly Sample[] => {
  const held = sampleAt(samples, { valid: before, known: before });
  const staying = held ? samples.filter((sample) => compareSamples(sample, held) >= 0) : samples;
  return staying.length === 1 && held && !held.said ? [] : staying;
};

const bySpot = (samples: readonly Sample[]) => new Map(samples.map((sample) => [`${sample.observedAt}${sample.recordedAt}`, sample]));

const forget = ({ series, pastLinks, gone }: State, before: Instant): void => {
  for (const [id, of] of series) {
    const left = [...of].map(([name, samples]) => [name, bySpot(without([...samples.values()], before))] as const).filter(([, samples]) => samples.size > 0);
    series.set(id, new Map(left));
    if (left.length > 0) continue;
    series.delete(id);
    gone.delete(id);
  }
  for (const [id, samples] of pastLinks) {
    const left = without(samples, before);
    pastLinks.set(id, left);
    if (left.length > 0) continue;
    pastLinks.delete(id);
    gone.delete(id);
  }
};

export type Model = ReturnType<typeof createModel>;

export const createModel = () => {
  let state: State = {
    twins: new Map(),
    beside: new Map(),
    links: new Map(),
    joins: new Map(),
    cursors: new Map(),
    series: new Map(),
    pastLinks: new Map(),
    gone: new Map(),
    changes: [],
  };
  const apply = (commands: readonly Command[], { at, atomic = true, cursor }: ApplyOptions): readonly Fate[] => {
    if (cursor && (state.cursors.get(cursor.peer) ?? -1) >= cursor.seq) return commands.map(() => 0);
    const next = copyOf(state);
    if (cursor) next.cursors.set(cursor.peer, cursor.seq);
    const fates: Fate[] = [];
    for (const command of commands) {
      const fate = applyOne({ state: next, at }, command);
      fates.push(fate);
      if (atomic && typeof fate === 'string') return commands.map(() => fate);
    }
    state = next;
    return fates;
  };
  const told = (id: TwinId): readonly Sample[] => {
    const known = state.series.get(id) ?? new Map<string, unknown>();
    const twin = state.twins.get(id);
    const silent = (twin ? seriesOf(twin) : []).filter((series) => !known.has(series)).flatMap((series) => (twin && standingSample(twin, series)) ?? []);
    return [...[...known.keys()].flatMap((series) => samplesOf(state, id, series)), ...silent].toSorted(compareSamples);
  };
  const stateAt = (id: TwinId, moment: Moment): Twin | undefined => {
    const samples = Map.groupBy(told(id), ({ series }) => series);
    const held = [...samples.values()].flatMap((some) => sampleAt(some, moment) ?? []);
    return twinOfSamples(id, { held, first: samples.get(twinSeries)?.[0] }, state.twins.get(id));
  };
  const linksAt = (moment: Moment): readonly Link[] => {
    const alone = [...state.links.values()].filter(({ id }) => !state.pastLinks.has(id)).map((link) => [sampleOfLink(link)]);
    return [...alone, ...state.pastLinks.values()].flatMap((samples) => linkAt(samples.toSorted(compareSamples), moment) ?? []);
  };
  const matching = (filter: TwinFilter, moment: Moment): readonly Twin[] => {
    const ids = new Set([...state.twins.keys(), ...state.series.keys()]);
    const links = linksAt(moment);
    const linksOf = (id: TwinId) => links.filter(({ from, to }) => from === id || to === id);
    const context = { linksOf, twin: (id: TwinId) => stateAt(id, moment) };
    return [...ids].flatMap((id) => stateAt(id, moment) ?? []).filter((twin) => matchesFilter(filter, twin, context));
  };
  return {
    apply,
    forget: (before: Instant): void => forget(state, before),
    history: told,
    stateAt,
    matching,
    twins: () => [...state.twins.values()],
    shapes: () => new Map([...state.beside].flatMap(([id, { shapes = [] }]) => (shapes.length > 0 ? [[id, shapes] as const] : []))),
    sourceState: (of: string) => [...state.beside].flatMap(([id, { source, digest = '' }]) => (source === of ? [{ id, digest }] : [])),
    links: () => [...state.links.values()],
    linksAt,
    joins: () => [...state.joins.values()],
    changes: () => state.changes,
    cursor: (peer: string) => state.cursors.get(peer),
    identities: () => {
      const same = [...state.links.values()].filter(({ kind }) => kind === sameAs).flatMap(({ from, to }) => [from, to]);
      return [...state.twins.values()].filter(({ id, objectOfInterest }) => objectOfInterest !== undefined || same.includes(id)).length;
    },
  };
};
