/**
 * What stands behind each type of the schema: nouns of core, with what their fields need to be resolved.
 */
import type {
  Agreement,
  Box,
  Candidate,
  Federation,
  FederationView,
  GrantedFeature,
  Group,
  Instant,
  Join,
  JoinedRow,
  Link,
  LinkFigures,
  Member,
  MemberPlan,
  MergedValue,
  MergeRules,
  Moment,
  Need,
  Position,
  Problem,
  Quality,
  RegisteredTwin,
  ScoreParts,
  SourceReport,
  TermId,
  Twin,
  TwinId,
  Value,
} from '@cityweave/core';
import type { LinkStatus } from '../../orchestration/communication-status.ts';
import type { Named } from '../../store/store.ts';
import type { LinkEnds } from '../questions/link-ends.ts';
import type { AgencyNode } from '../room.ts';
import type { Edge, PagePlace } from './page.ts';

/** A twin as one agency keeps it; links are there where it came in an answer of a federation; `at` is there where it is told as it was. */
export type TwinNode = { readonly twin: Twin; readonly found?: FoundIn | undefined; readonly at?: Moment | undefined };

/** The answer in which a twin was found: its links came along, the far ends can still be asked for. */
export type FoundIn = { readonly row: JoinedRow; readonly ends: LinkEnds };

export type FederatedTwinNode = { readonly row: JoinedRow; readonly rules: MergeRules; readonly ends: LinkEnds; readonly at?: Moment | undefined };

export type FederationNode = { readonly view: FederationView; readonly started: Federation | undefined };

export type LinkNode = { readonly link: Link; readonly to: TwinId; readonly ends: LinkEnds };
export type LinkedTwinNode = { readonly id: TwinId; readonly ends: LinkEnds };

export type TwinPageNode = { readonly edges: readonly Edge<TwinNode>[]; readonly pageInfo: PagePlace; readonly count: () => Promise<number> };

export type AnswerNode = { readonly sources: readonly SourceReport[]; readonly plan: readonly MemberPlan[] };
export type FederatedPageNode = AnswerNode & {
  readonly nodes: readonly FederatedTwinNode[];
  readonly cursorOf: (node: FederatedTwinNode) => string;
  readonly next: string | undefined;
  readonly isFirst: boolean;
  readonly total: number | undefined;
};
export type FederatedTwinAnswerNode = AnswerNode & { readonly twin: FederatedTwinNode | undefined };
export type SummaryNode = AnswerNode & { readonly groups: readonly Group[] };

export type ConnectionNode = {
  readonly member: FederationView['members'][number];
  readonly id: string;
  readonly state: string;
  readonly since: Instant;
  readonly status: LinkStatus | undefined;
  readonly figures: LinkFigures | undefined;
};
export type MemberNode = { readonly member: FederationView['members'][number]; readonly full: Member | undefined };

export type Objects = {
  Agency: AgencyNode;
  Term: { readonly id: string };
  Position: Position;
  Quality: Quality;
  AltId: { readonly scheme: string; readonly value: string };
  Value: { readonly term: TermId; readonly value: Value };
  MergedValue: MergedValue;
  Link: LinkNode;
  Join: Join;
  LinkedTwin: LinkedTwinNode;
  Problem: Problem;
  SourceReport: SourceReport;
  PageInfo: PagePlace;
  Group: Group;
  Cell: { readonly box: Box; readonly count: number };
  NamedTwin: Named;
  Need: Need;
  Federation: FederationNode;
  Member: MemberNode;
  Connection: ConnectionNode;
  Agreement: Agreement;
  GrantedFeature: GrantedFeature;
  Candidate: Candidate;
  ScoreParts: ScoreParts;
  Gap: Candidate['gaps'][number];
  Evidence: Candidate['evidence'][number];
  Entry: { readonly twin: RegisteredTwin; readonly lease: { readonly registeredAt?: Instant | undefined; readonly leaseUntil?: Instant | undefined } };
  FederatedTwinConnection: FederatedPageNode;
  FederatedTwinAnswer: FederatedTwinAnswerNode;
  SummaryAnswer: SummaryNode;
};

export type Interfaces = { Node: object; Twin: TwinNode; FederatedTwin: FederatedTwinNode };
