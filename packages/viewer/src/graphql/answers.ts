/**
 * Answers: what the texts of `queries` give, as types.
 */

export type Agency = { readonly id: string; readonly name: string };
export type Term = { readonly id: string; readonly label: string };

export type SourceStatus = 'ANSWERED' | 'FAILED' | 'LATE' | 'NOT_ASKED' | 'PARTIAL' | 'WITHHELD';
export type Source = {
  readonly agency: Agency;
  readonly status: SourceStatus;
  readonly rows?: number;
  readonly latency?: string | null;
  readonly age?: string | null;
  readonly reason?: string | null;
};

export type Member = {
  readonly agency: { readonly id: string };
  readonly name: string;
  readonly state: 'ACTIVE' | 'AGREED' | 'CONNECTING' | 'INTERRUPTED' | 'INVITED' | 'LEAVING' | 'LEFT' | 'REMOVED';
  readonly since: string;
  readonly reason: string | null;
};

export type Connection = {
  readonly agency: { readonly id: string };
  readonly state: 'ADAPTING' | 'CLOSED' | 'CLOSING' | 'CONNECTED' | 'FAILED' | 'INTERRUPTED' | 'REQUESTED';
  readonly since: string;
  readonly lastSeen: string | null;
  readonly latency: string | null;
};

/** Latencies are ISO 8601 durations; `errors` are codes of why the last ones had no answer. */
export type LineFigures = {
  readonly agency: { readonly id: string };
  readonly latencyP50: string | null;
  readonly latencyP95: string | null;
  readonly messagesPerMinute: number;
  readonly lost: number;
  readonly errors: readonly string[];
};
/** `health` is the share of the members that are there. */
export type Lines = { readonly health: number | null; readonly connections: readonly LineFigures[] };

export type PropertyTerm = Term & { readonly unit: string | null };
export type KindTerm = Term & {
  readonly broader: readonly { readonly id: string }[];
  /** in other dictionaries */
  readonly sameAs: readonly { readonly id: string }[];
  readonly properties: readonly PropertyTerm[];
};
export type Group = { readonly kind: KindTerm; readonly agency: Agency; readonly count: number };

export type Federation = {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly initiator: Agency;
  readonly members: readonly Member[];
  readonly connections: readonly Connection[];
  readonly summary: { readonly groups: readonly Group[]; readonly sources: readonly Source[] };
};

export type Count = { readonly kind: Term; readonly agency: Agency; readonly count: number };
type OwnedEnd = { readonly id: string; readonly agency: { readonly id: string } };
export type CrossingPage = {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly {
    readonly links: { readonly nodes: readonly { readonly kind: { readonly id: string }; readonly from: OwnedEnd; readonly to: OwnedEnd }[] };
  }[];
};
export type Crossing = { readonly federation: { readonly twins: CrossingPage } | null };

export type Counts = {
  readonly federation: { readonly summary: { readonly groups: readonly Count[]; readonly sources: readonly Pick<Source, 'agency' | 'status'>[] } } | null;
};

export type Standing = {
  /** of its city, where it says so */
  readonly timeZone: string | null;
  readonly agency: Agency;
  readonly federations: { readonly nodes: readonly { readonly id: string; readonly name: string; readonly state: string }[] };
};

export type Status = {
  readonly federationStatus: {
    readonly state: string;
    readonly reason: string | null;
    readonly federation: { readonly members: readonly Member[]; readonly connections: readonly Connection[] };
  };
};

/** Where a twin is, and what its agencies call that place. */
export type PlaceRow = {
  readonly id: string;
  readonly position: { readonly longitude: number; readonly latitude: number } | null;
  readonly address: { readonly winner: { readonly value: unknown } } | null;
};
export type PlacesAnswer = { readonly federation: { readonly twins: { readonly nodes: readonly PlaceRow[] } } | null };

export type NamedPlaceRow = Omit<PlaceRow, 'address'> & {
  readonly name: string;
  readonly representations: readonly { readonly agency: Pick<Agency, 'id'>; readonly geometry: unknown }[];
};
export type NamedPlacesPage = { readonly nodes: readonly NamedPlaceRow[]; readonly sources: readonly Pick<Source, 'agency' | 'status'>[] };
export type NamedPlacesAnswer = { readonly federation: { readonly twins: NamedPlacesPage } | null };

export type TwinRow = PlaceRow & {
  readonly name: string;
  readonly kind: Term;
  readonly representations: readonly { readonly agency: Agency }[];
  readonly properties: readonly {
    readonly winner: Omit<Said, 'term' | 'origin' | 'via'> & { readonly term: { readonly id: string } };
    readonly conflict: boolean;
  }[];
};

export type TwinPage = {
  readonly totalCount: number | null;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly TwinRow[];
  readonly sources: readonly Source[];
};

/** How values come about; their numbers in a column are their places here, from 1 on. */
export const valueFlags = ['MEASURED', 'INTERPOLATED', 'CARRIED', 'SIMULATED', 'MISSING'] as const;
export type Flag = (typeof valueFlags)[number];

export type Said = {
  readonly term: Term;
  readonly value: unknown;
  readonly unit: string | null;
  readonly flag: Flag;
  readonly age: string;
  readonly observedAt: string;
  /** that is the date of the file: what it holds names no time */
  readonly isFileDate: boolean;
  readonly origin: string | null;
  readonly source: Agency;
  /** whose adaptor it came over and was converted by */
  readonly via: Agency | null;
  readonly quality: { readonly accuracy: number | null; readonly completeness: number | null; readonly confidence: number | null } | null;
};

export type MergedSaid = { readonly winner: Said; readonly alternatives: readonly Said[]; readonly conflict: boolean; readonly rule: string };
export type LinkEnd = { readonly id: string; readonly name: string | null; readonly kind: Term | null; readonly agency: Agency };
export type Link = { readonly id: string; readonly kind: Term; readonly from: LinkEnd; readonly to: LinkEnd; readonly source: Agency };

export type Representation = {
  readonly id: string;
  readonly agency: Agency;
  readonly updatedAt: string;
  readonly altIds: readonly { readonly scheme: string; readonly value: string }[];
};

export type WholeTwin = Pick<PlaceRow, 'id' | 'address'> & {
  readonly name: string;
  readonly kind: Term & { readonly properties: readonly PropertyTerm[] };
  readonly position: { readonly longitude: number; readonly latitude: number; readonly height: number | null } | null;
  readonly representations: readonly Representation[];
  readonly properties: readonly MergedSaid[];
  readonly links: { readonly totalCount: number | null; readonly nodes: readonly Link[] };
};

export type TwinAnswer = {
  readonly federation: { readonly twin: { readonly twin: WholeTwin | null; readonly sources: readonly Source[] } } | null;
};

export type Sample = { readonly number: number | null; readonly observedAt: string };
export type Series = { readonly agency: { readonly id: string }; readonly history: { readonly nodes: readonly Sample[] } | null };
export type HistoryAnswer = { readonly federation: { readonly twin: { readonly twin: { readonly representations: readonly Series[] } | null } } | null };

/** One line of the exchange log. */
export type Logged = {
  readonly n: number;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly verb: string;
  readonly object: string;
  readonly messages: number;
  readonly agreement: string | null;
  readonly code: string;
  readonly verified: boolean;
};
export type LogAnswer = {
  readonly federation: {
    readonly log: { readonly nodes: readonly Logged[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } };
  } | null;
};
