/**
 * Store: what an agency remembers of its twins. Few verbs, nouns of core, no query language.
 * Every adapter passes `store.contract.ts`; meanings that engines see differently are fixed there:
 * nulls last, text by code point, box edges inclusive, page order always ends in the id, integers beyond 2^53 refused.
 */
import type {
  AgencyId,
  Box,
  CellCount,
  Change,
  Direction,
  Facet,
  Group,
  HistoryQuery,
  Instant,
  Join,
  JoinKey,
  JoinState,
  Link,
  LinkId,
  Moment,
  Order,
  PageKey,
  Problem,
  Result,
  SamplePage,
  Shape,
  TermId,
  Twin,
  TwinFilter,
  TwinId,
  TwinInput,
  TwinPatch,
} from '@cityweave/core';
import type { Moved, Unloadable, UnloadedPage } from './moving/moved.ts';

/** Whoever aborts gets an AbortError at once; a write that has begun is carried through. */
export type Waiting = { readonly signal?: AbortSignal | undefined };

/**
 * A command of a batch. `expected` is the version the change is based on: 0 means "must not exist", absent means "whatever it is".
 * Of what was deleted and is made again the version goes on, as long as anything is known of what was.
 */
export type Command =
  /** replaces the twin; shapes, source and digest that are not given stay as they were, an empty list takes the shapes away */
  | {
      readonly op: 'putTwin';
      readonly twin: TwinInput;
      readonly shapes?: readonly Shape[];
      readonly expected?: number;
      readonly source?: string;
      readonly digest?: string;
    }
  /** changes values and position as `patchTwin` of core says: what was observed before what stands goes to the history only. What says nothing new leaves the version, the history and the log as they are */
  | ({ readonly op: 'patchTwin'; readonly id: TwinId; readonly expected?: number } & TwinPatch)
  | { readonly op: 'deleteTwin'; readonly id: TwinId; readonly expected?: number }
  /** the store counts its version, whatever the link says of it */
  | { readonly op: 'putLink'; readonly link: Link; readonly expected?: number }
  /** `endedAt` is when it was no longer true; the time of the change where absent */
  | { readonly op: 'deleteLink'; readonly id: LinkId; readonly endedAt?: Instant; readonly expected?: number }
  /** replaces the joins of a twin; those that are there already keep their state, of two with one key the first stands */
  | { readonly op: 'putJoins'; readonly from: TwinId; readonly joins: readonly Join[] }
  | { readonly op: 'settleJoin'; readonly join: Join };

/** What became of a command; `seq` is its place in the change log, or where the log stands of what changed nothing. */
export type Outcome =
  | { readonly ok: true; readonly version: number; readonly seq: number }
  | { readonly ok: false; readonly problem: Problem; readonly current?: number };

export type ApplyOptions = Waiting & {
  /** all or nothing; default true */
  readonly atomic?: boolean;
  /** saved in the same transaction: applying the same or an earlier seq of a peer again is a no-op, acknowledged with version 0 */
  readonly cursor?: { readonly peer: string; readonly seq: number };
  readonly at: Instant;
};

/** Twins and links as they were at `valid`, as far as was known at `known`; as they are where absent. */
export type Then = { readonly at?: Moment | undefined };

export type FindQuery = Then & {
  readonly filter?: TwinFilter | undefined;
  readonly order?: Order | undefined;
  readonly first: number;
  readonly after?: PageKey | undefined;
  /** walk towards the beginning: the page comes in the order of the walk, nearest to `after` first */
  readonly backwards?: boolean | undefined;
};

/** All that a question lets through, so many twins at a time. */
export type StreamQuery = Omit<FindQuery, 'first' | 'after' | 'backwards'> & { readonly chunk: number };

/** An overview: the box meets `cellsMax` cells of the level at most. */
export type CellsQuery = { readonly box: Box; readonly level: number; readonly filter?: TwinFilter | undefined };

/** A twin and how well a text names it: `relevanceOf` of core, less is better. */
export type Named = { readonly twin: Twin; readonly relevance: number };

export type FoundPage = { readonly twins: readonly Twin[]; readonly next?: PageKey | undefined; readonly seq: number };

/** `seen` is how far the log was looked through; `oldest` is the least `since` that can be answered without a gap: below it, take a new snapshot. */
export type ChangesPage = { readonly changes: readonly Change[]; readonly seen: number; readonly head: number; readonly oldest: number };

/** An import: one source, one file, one digest. */
export type ImportRecord = {
  readonly id: string;
  readonly source: string;
  readonly digest: string;
  readonly state: 'STAGING' | 'APPLYING' | 'DONE' | 'REFUSED';
  readonly startedAt: Instant;
  readonly finishedAt?: Instant | undefined;
  /** the report of the import, as JSON */
  readonly report?: unknown;
};

/** What is kept and how. Whatever held at `forgetBefore` or later stays known. */
export type Retention = {
  /** changes of the log that stay */
  readonly keepChanges: number;
  /** samples observed before are folded into chunks */
  readonly foldBefore?: Instant | undefined;
  /** samples that held no more at that time may be forgotten */
  readonly forgetBefore?: Instant | undefined;
  /** the same of twins that are of these kinds, whatever holds for the others; kept for good where null */
  readonly forgetOfKinds?: Readonly<Record<TermId, Instant | null>> | undefined;
};

/** What a run did: samples that it folded and forgot, and changes that it took off the log. */
export type MaintenanceReport = { readonly folded: number; readonly forgotten: number; readonly pruned: number };

/** Whether the engine answers, or what is wrong. */
export type StoreHealth = { readonly latencyMs: number } & ({ readonly ok: true } | { readonly ok: false; readonly problem: Problem });

/** What a store is opened on: the engine by the name and version that it gives itself, and the version of the schema that is kept there. */
export type Engine = { readonly name: string; readonly schema: number };

/** What a store is found to be by whoever only looks: nothing is made, converted or noted. */
export type Looked = Engine & { readonly latencyMs: number };

/** Rows of a staging file that are all new to the store: those after an id, in id order. */
export type StagedPage = {
  /** path of the staging file */
  readonly staging: string;
  readonly after: string;
  readonly rows: number;
  /** text of the rows of one page; a single larger row is taken all the same */
  readonly characters: number;
  readonly source: string;
  readonly agency: AgencyId;
  readonly at: Instant;
};

/** Not `ok`: a twin of one of the ids is there, nothing was written, and the rows have to come as commands. */
export type StagedTaken = { readonly ok: false } | { readonly ok: true; readonly rows: number; readonly last: string };

/** What the engine cannot answer is rejected as `unanswered`; a command has its outcome. Whoever waits for a verb may stop doing so. */
export type TwinStore = {
  readonly engine: Engine;
  /** of a server: the folder of a node from which it was opened last, where that was another one, and when */
  readonly otherFolder?: { readonly path: string; readonly at: Instant } | undefined;
  /** Commands in order, one durable transaction. Outcomes in the order of the commands. */
  readonly apply: (commands: readonly Command[], options: ApplyOptions) => Promise<readonly Outcome[]>;
  readonly get: (ids: readonly TwinId[], waiting?: Waiting) => Promise<ReadonlyMap<TwinId, Twin>>;
  /**
   * Twins by any identifier: id, alternative value (of a scheme where given, normalised) or object of interest. Of each identifier so many that have it, the first by
   * their ids: who asks for one more than is wanted sees where there are more.
   */
  readonly resolve: (
    identifiers: readonly string[],
    query: { readonly scheme?: string | undefined; readonly limit: number },
    waiting?: Waiting,
  ) => Promise<ReadonlyMap<string, readonly TwinId[]>>;
  readonly shapes: (ids: readonly TwinId[], waiting?: Waiting) => Promise<ReadonlyMap<TwinId, readonly Shape[]>>;
  /** With `at`: those that matched then, links and all; of an identifier that reads as a twin's id only that twin is looked for. */
  readonly find: (query: FindQuery, waiting?: Waiting) => Promise<FoundPage>;
  /** Page after page of all that matches, in the order asked for; the next one is read when it is wanted. Who is there throughout, and keeps its place in that order as an id does, is told once. */
  readonly stream: (query: StreamQuery, waiting?: Waiting) => AsyncIterable<readonly Twin[]>;
  /** Twins that have the words of a text, best names first. */
  readonly search: (
    text: string,
    options: { readonly kinds?: readonly TermId[] | undefined; readonly limit: number },
    waiting?: Waiting,
  ) => Promise<readonly Named[]>;
  /** What was said of a twin, in the order of `compareSamples`; thinned where `everyMs` is given. A series that never changed tells what stands; a twin that is gone is still told. */
  readonly history: (id: TwinId, query: HistoryQuery, waiting?: Waiting) => Promise<SamplePage>;
  /** Twins as they were at `valid`, as far as was known at `known`: `twinOfSamples` of core. Those that were not there are left out. */
  readonly stateAt: (ids: readonly TwinId[], moment: Moment, waiting?: Waiting) => Promise<ReadonlyMap<TwinId, Twin>>;
  readonly count: (filter: TwinFilter, waiting?: Waiting & Then) => Promise<number>;
  readonly summarise: (filter: TwinFilter, by: readonly Facet[], waiting?: Waiting & Then) => Promise<readonly Group[]>;
  /** How many twins have their middle in each cell of a level and in the box; of cells without any nothing is told. By row, then by column. */
  readonly cells: (query: CellsQuery, waiting?: Waiting) => Promise<readonly CellCount[]>;
  /**
   * One hop for a whole frontier; links to twins of other agencies included. Each is told once: known by its ends and kind, whatever id it has.
   * The limit is for each twin and each way: the first by kind and far end. Who asks for one more than is wanted sees where there are more.
   */
  readonly adjacent: (
    ids: readonly TwinId[],
    query: {
      readonly kinds?: readonly TermId[] | undefined;
      readonly direction: Direction;
      readonly limit: number;
      /** those whose evidence begins with one of these */
      readonly evidence?: readonly string[] | undefined;
    },
    waiting?: Waiting,
  ) => Promise<readonly Link[]>;
  /** Links met on a walk of so many hops, one at least, each once: whatever is reached is walked on from once, a twin of another agency by the links that are here. */
  readonly traverse: (
    ids: readonly TwinId[],
    query: { readonly kinds?: readonly TermId[] | undefined; readonly direction: Direction; readonly depth: number; readonly limit: number },
    waiting?: Waiting,
  ) => Promise<readonly Link[]>;
  /** The links that there were at `valid`, as far as was known at `known`; limited as `adjacent` is. */
  readonly linksAt: (
    ids: readonly TwinId[],
    query: { readonly kinds?: readonly TermId[] | undefined; readonly direction: Direction; readonly limit: number; readonly moment: Moment },
    waiting?: Waiting,
  ) => Promise<readonly Link[]>;
  /** What there is: every kind with how many twins, and the terms (with the unit first met) that its twins have had values of. Kept up to date by `apply`, so that it costs no scan. */
  readonly kinds: (
    waiting?: Waiting,
  ) => Promise<
    readonly { readonly kind: TermId; readonly count: number; readonly terms: readonly { readonly term: TermId; readonly unit?: string | undefined }[] }[]
  >;
  /** How many twins take part in a sameAs link or name an object of interest. */
  readonly identities: (waiting?: Waiting) => Promise<number>;
  /** How many of them take part in a sameAs link. */
  readonly linkedTwins: (waiting?: Waiting) => Promise<number>;
  /** The next changes of the log, so many at most, of them those of the kinds that are asked for: `isOfKinds` of core. */
  readonly changes: (
    since: number,
    options: { readonly limit: number; readonly kinds?: readonly TermId[] | undefined },
    waiting?: Waiting,
  ) => Promise<ChangesPage>;
  /** The place of the last change in the log; 0 where nothing was ever written. */
  readonly head: (waiting?: Waiting) => Promise<number>;
  /** A number that grows with whatever is written, in the log or beside it: twice the same says that nothing was written in between. Good while the store is open. */
  readonly writes: (waiting?: Waiting) => Promise<number>;
  /** Called after each commit with the new head; a hint, never data. Returns how to stop it. */
  readonly onCommit: (told: (head: number) => void) => () => void;
  readonly cursor: (peer: string, waiting?: Waiting) => Promise<number | undefined>;
  readonly joins: (
    query: {
      readonly state?: JoinState | undefined;
      readonly agency?: string | undefined;
      readonly first: number;
      readonly after?: JoinKey | undefined;
    },
    waiting?: Waiting,
  ) => Promise<{ readonly joins: readonly Join[]; readonly next?: JoinKey | undefined }>;
  readonly countJoins: (waiting?: Waiting) => Promise<Readonly<Record<JoinState, number>>>;
  /** Ids and content digests of a source's twins in id order: what an import compares with. */
  readonly sourceState: (
    source: string,
    page: { readonly after?: TwinId | undefined; readonly first: number },
    waiting?: Waiting,
  ) => Promise<readonly { readonly id: TwinId; readonly digest: string }[]>;
  /** Where the store can: twins with their links and joins straight from a staging file, one durable transaction a page, without a command for each. */
  readonly takeStaged?: (page: StagedPage, waiting?: Waiting) => Promise<StagedTaken>;
  readonly putImport: (record: ImportRecord, waiting?: Waiting) => Promise<void>;
  readonly lastImport: (source: string, waiting?: Waiting) => Promise<ImportRecord | undefined>;
  /** Never rejected, and told within a bound: an engine that hangs is not well. */
  readonly health: (waiting?: Waiting) => Promise<StoreHealth>;
  /** Forgets and folds what may be, and refreshes what the engine knows of its data; in steps, so that writes go on. */
  readonly maintain: (retention: Retention, waiting?: Waiting) => Promise<MaintenanceReport>;
  /** A page of a part in the order of its keys, for a move to another store; `after` is the `next` of the page before. Of the imports of a source the last is told. */
  readonly unload: <P extends keyof Unloadable>(
    part: P,
    page: { readonly after?: string | undefined; readonly first: number },
    waiting?: Waiting,
  ) => Promise<UnloadedPage<P>>;
  /** Takes what another store unloaded, as it is, one durable transaction a call. Into a store that is empty but for earlier calls; twins before their samples. */
  readonly load: (rows: readonly Moved[], waiting?: Waiting) => Promise<Result<true>>;
  /** Drains writes. */
  readonly close: () => Promise<void>;
};

/** A record with the time at which it was last written. */
export type NodeRecord = { readonly noun: string; readonly id: string; readonly at: Instant; readonly value: unknown };

/** Nouns of the exchange that a node keeps: what was agreed, registered, asked and answered. */
export type RecordStore = {
  readonly get: (noun: string, id: string) => unknown;
  /** With the times at which they were last written. */
  readonly list: (noun: string) => readonly Omit<NodeRecord, 'noun'>[];
  /** Durable before it returns. */
  readonly put: (noun: string, id: string, value: unknown) => void;
  /** All or nothing, durable before it returns. */
  readonly putAll: (records: readonly { readonly noun: string; readonly id: string; readonly value: unknown }[]) => void;
  readonly remove: (noun: string, id: string) => void;
  /** Every record, for a move to another node. */
  readonly all: () => Iterable<NodeRecord>;
  /** Takes records as they are, with the times at which they were written; all or nothing. */
  readonly load: (records: readonly NodeRecord[]) => void;
  /** Removes those of a noun that were last written before. */
  readonly prune: (noun: string, before: Instant) => number;
  readonly close: () => void;
};
