/**
 * What the model asks for (RQ-01 to RQ-41 of our reading), each with the file that meets it and the test that shows it, or why it is not met.
 */

/** Where a statement comes from: published text in our own words, what follows from published names and structure, or our own design. */
export type Origin = 'published' | 'inferred' | 'ours';
export type Proof = readonly [file: string, title: string];
export type Requirement = {
  readonly text: string;
  readonly origin: Origin;
  readonly messages: string;
  readonly home: string;
  readonly proof?: Proof;
  /** tests of the rest, where one does not show all that is asked for */
  readonly also?: readonly Proof[];
  readonly unmet?: string;
};

/** Every test that shows it. */
export const proofsOf = ({ proof, also = [] }: Pick<Requirement, 'proof' | 'also'>): readonly Proof[] => (proof ? [proof, ...also] : also);

const journey = (name: string): string => `packages/testbed/src/journey/${name}.test.ts`;
const server = (path: string): string => `packages/server/src/${path}`;
const core = (path: string): string => `packages/core/src/${path}`;

const registryTest = server('registry/registry.test.ts');
const formed: Proof = [journey('federation'), 'is formed of whoever serves a need, and one question is answered by all'];

export const requirements: Readonly<Record<string, Requirement>> = {
  'RQ-01': {
    text: 'A twin can register itself before it takes part in a federation.',
    origin: 'published',
    messages: 'R1, R2',
    home: server('registry/registration.ts'),
    proof: [registryTest, 'an entry is found up to the end of its lease, is stale after it, and gone after leasesMissedMax of them'],
    also: [[server('exchange/answer.test.ts'), 'a stranger is asked to register first']],
  },
  'RQ-02': {
    text: 'What is registered is what the twin can do for federations.',
    origin: 'published',
    messages: 'R2',
    home: server('registry/feature-registration.ts'),
    proof: [registryTest, 'one refused feature never spoils the others'],
    also: [formed],
  },
  'RQ-03': {
    text: 'Registered information covers data and functions alike.',
    origin: 'published',
    messages: 'R2',
    home: core('twin/feature-information.ts'),
    proof: [
      'packages/server/src/orchestration/invocation/running.test.ts',
      'is computed for whom it was granted, with inputs as it describes them, and for nobody else',
    ],
    also: [[registryTest, 'one refused feature never spoils the others']],
  },
  'RQ-04': {
    text: 'Twins and features are identified uniquely across owners.',
    origin: 'inferred',
    messages: 'R1, R2',
    home: core('ground/id.ts'),
    proof: [registryTest, 'nobody registers a twin of another agency'],
    also: [[server('registry/semantic-dictionary.test.ts'), 'belongs to the agency of its id, its prefix to it, its terms to its prefix']],
  },
  'RQ-05': {
    text: 'Owners can change and withdraw their entries, others cannot.',
    origin: 'inferred',
    messages: 'R3, R5',
    home: server('registry/registration.ts'),
    proof: [registryTest, 'nobody changes, renews or withdraws what is another’s'],
    also: [
      [registryTest, 'a change based on an older revision is refused with the current one'],
      [registryTest, 'a withdrawn twin takes its features with it'],
    ],
  },
  'RQ-06': {
    text: 'Entries do not outlive their twins.',
    origin: 'ours',
    messages: 'R4',
    home: server('registry/entry.ts'),
    proof: [registryTest, 'renewing keeps an entry, also a stale one; one that is gone must register again and keeps counting its revisions'],
    also: [[registryTest, 'an entry is found up to the end of its lease, is stale after it, and gone after leasesMissedMax of them']],
  },
  'RQ-07': {
    text: 'Features are described by terms that can be looked up.',
    origin: 'inferred',
    messages: 'R10, R11, R12',
    home: server('registry/semantic-dictionary.ts'),
    proof: [server('registry/semantic-dictionary.test.ts'), 'widens what is found: a kind of its own is found as the wider one'],
    also: [[server('registry/semantic-dictionary.test.ts'), 'is changed by a patch on its revision, and told with its terms alone where some are asked for']],
  },
  'RQ-08': {
    text: 'A formed federated twin can be registered and found as a twin.',
    origin: 'published',
    messages: 'R14, R7',
    home: server('registry/federated-twin/discovery.ts'),
    proof: [
      journey('federated-twin'),
      'that is formed is found by what it is for and made of, without members that the asker may not see, until it is released',
    ],
  },
  'RQ-09': {
    text: 'A twin can find twins that have what it needs.',
    origin: 'published',
    messages: 'R7',
    home: server('registry/discovery.ts'),
    proof: formed,
  },
  'RQ-10': {
    text: 'Discovery starts from a purpose and the kinds of twins that fit it.',
    origin: 'published',
    messages: 'R7, P1',
    home: core('message/discovery/discovery-query.ts'),
    proof: [core('message/discovery/discovery-query.test.ts'), 'by purpose, place and time'],
    also: [[journey('approval'), 'is looked for among twins of the types named, and says which kinds nobody of them offers']],
  },
  'RQ-11': {
    text: 'Queries filter by meaning, place, time, quality, protocol, format and terms of use.',
    origin: 'inferred',
    messages: 'R7',
    home: core('message/discovery/condition.ts'),
    proof: [core('message/discovery/discovery-query.test.ts'), 'by what it speaks, or what an adaptor makes of it'],
    also: [
      [core('message/discovery/discovery-query.test.ts'), 'by its kind, and as far as the query lets meaning reach'],
      [core('message/discovery/discovery-query.test.ts'), 'by purpose, place and time'],
      [core('message/discovery/discovery-query.test.ts'), 'tests numbers, texts, lists and meaning'],
    ],
  },
  'RQ-12': {
    text: 'Results are enough to decide and to connect.',
    origin: 'inferred',
    messages: 'R7',
    home: core('federation/forming/scoring.ts'),
    proof: [core('federation/candidate.test.ts'), 'is best first, and says why of each'],
    also: [formed],
  },
  'RQ-13': {
    text: 'Several candidates are kept and compared; one takes the place of another that fails.',
    origin: 'inferred',
    messages: 'R7, T7',
    home: core('federation/forming/choosing.ts'),
    proof: [journey('replacement'), 'a member that goes away for good is replaced by the runner-up, and the federation is active again'],
    also: [[journey('lost-for-good'), 'a member whose process is killed and never started again is replaced by the runner-up, which answers from then on']],
  },
  'RQ-14': {
    text: 'The registry keeps to the visibility that owners set.',
    origin: 'inferred',
    messages: 'R7',
    home: server('registry/visibility.ts'),
    proof: [registryTest, 'what is private leaves no trace for others and is there for its owner'],
  },
  'RQ-15': {
    text: 'Whoever relies on entries hears of their changes.',
    origin: 'ours',
    messages: 'R8, R9',
    home: server('registry/subscription.ts'),
    proof: [server('registry/subscription.test.ts'), 'hears that one was registered, updated, paused and is back, and that it is gone'],
  },
  'RQ-16': {
    text: 'The twins that were chosen are connected.',
    origin: 'published',
    messages: 'T6a, T6, A2',
    home: server('orchestration/forming/move.ts'),
    proof: [journey('federation'), 'leaves one agreement with one hash on both sides, and one connection'],
  },
  'RQ-17': {
    text: 'The initiating twin determines who forms the federated twin.',
    origin: 'published',
    messages: 'T1 to T5',
    home: core('federation/forming/choosing.ts'),
    proof: [core('federation/federation.test.ts'), 'takes each agency once, for all that it serves, and never the initiator'],
  },
  'RQ-18': {
    text: 'Twins of different protocols can be connected.',
    origin: 'published',
    messages: 'A2, A3, A5',
    home: server('adaptor/protocol-adaptation.ts'),
    proof: [
      journey('bindings'),
      'are connected by an adaptor: a consumer that speaks HTTP alone reads of an owner that offers its data over a WebSocket alone',
    ],
  },
  'RQ-19': {
    text: 'Twins of different data formats can be connected.',
    origin: 'published',
    messages: 'A3',
    home: server('adaptor/data-format-adaptation.ts'),
    proof: [journey('adaptor'), 'makes twins of what two far systems have, in the words, units, places and times of the federation'],
  },
  'RQ-20': {
    text: 'Twins of different semantics can be connected.',
    origin: 'published',
    messages: 'A3, A7, R12',
    home: server('adaptor/semantic-adaptation.ts'),
    proof: [journey('adaptor'), 'says before anything is opened what comes over, what is not quite the same, and what is lost'],
  },
  'RQ-21': {
    text: 'A twin is free to refuse, to set terms and to leave.',
    origin: 'inferred',
    messages: 'T2, T4, T8',
    home: server('orchestration/membership/deliberation.ts'),
    proof: [journey('standing'), 'an owner who will not give enough is left out, and both sides know that'],
    also: [
      [journey('standing'), 'an offer that is too little is countered, and the owner gives more to who insists'],
      [journey('standing'), 'that leaves with notice answers until then, and nothing is left behind on either side'],
    ],
  },
  'RQ-22': {
    text: 'Both ends are authenticated and authorised before data move.',
    origin: 'inferred',
    messages: 'all',
    home: server('exchange/authorise.ts'),
    proof: [server('exchange/answer.test.ts'), 'content that was changed on the way is refused, and so is a message without a signature'],
    also: [
      [server('exchange/answer.test.ts'), 'a stranger is asked to register first'],
      [journey('federation'), 'waits for a person; accepted, the member comes in; before that nothing of its data is seen'],
    ],
  },
  'RQ-23': {
    text: 'Where nothing has to be adapted the connection is direct.',
    origin: 'inferred',
    messages: 'T6a',
    home: server('orchestration/forming/move.ts'),
    proof: formed,
    also: [[journey('selection'), 'who can be talked to directly goes before who takes an adaptor, and what would be lost by it is known before']],
  },
  'RQ-24': {
    text: 'Connected twins are used for questions across domains.',
    origin: 'published',
    messages: 'T9 to T12',
    home: server('orchestration/utilization/federated-twin.ts'),
    proof: [journey('partial'), 'counts what there is, says that the keeper of the inner set was asked, and claims no total for a page of none'],
    also: [[journey('functions'), 'finds the way, and another one around an area that was found in the federation']],
  },
  'RQ-25': {
    text: 'The federated twin collects and analyses what its domains say.',
    origin: 'published',
    messages: 'T9 to T11',
    home: core('federation/federated-twin.ts'),
    proof: formed,
  },
  'RQ-26': {
    text: 'The federated twin proposes solutions and simulates their effects.',
    origin: 'published',
    messages: 'T12',
    home: server('graphql/questions/options.ts'),
    proof: [journey('functions'), 'proposes, of what could be done, what comes out best, and leaves out what leads nowhere'],
  },
  'RQ-27': {
    text: 'Data of several twins are brought to one time slot and one unit before use.',
    origin: 'published',
    messages: 'T9',
    home: core('twin/past/slots.ts'),
    proof: [journey('slots'), 'values of three members that measure at their own pace come in one grid of slots and one unit, each with what it is'],
  },
  'RQ-28': {
    text: 'Linked results are delivered to the application that asked.',
    origin: 'published',
    messages: 'P2',
    home: server('graphql/operations/subscription.ts'),
    proof: ['packages/testbed/src/clients.test.ts', 'graphql-ws receives a snapshot and deltas, and resumes'],
  },
  'RQ-29': {
    text: 'There is a tool for the service of the federated twin, with visualization.',
    origin: 'published',
    messages: 'none',
    home: 'packages/viewer/src',
    proof: [journey('scene'), 'shows every twin of every member once, and tells which row it is, both ways'],
  },
  'RQ-30': {
    text: 'Twins keep synchronizing as often as the purpose needs.',
    origin: 'published',
    messages: 'T10, T11',
    home: server('orchestration/live/publishing.ts'),
    proof: [
      server('orchestration/live/publishing.test.ts'),
      'with an interval tells from time to time, with a trigger on change what moved far enough since it was told',
    ],
  },
  'RQ-31': {
    text: 'The state of every federation is kept and can be reported.',
    origin: 'published',
    messages: 'T13',
    home: server('orchestration/federation-status.ts'),
    proof: [journey('measured'), 'a line tells how fast it answers and what it lost, and the federation how many of its members are there'],
    also: [[journey('application'), 'is told how its federation stands and who is in it, and of no other (P3)']],
  },
  'RQ-32': {
    text: 'The state of every link is kept and can be reported.',
    origin: 'published',
    messages: 'T13, A6',
    home: server('orchestration/communication-status.ts'),
    proof: [server('orchestration/communication-status.test.ts'), 'is interrupted by two probes in a row without an answer in time, not by one'],
    also: [[journey('measured'), 'a line tells how fast it answers and what it lost, and the federation how many of its members are there']],
  },
  'RQ-33': {
    text: 'A federation can be suspended, changed and released without anything left dangling.',
    origin: 'inferred',
    messages: 'T14, T15, A8',
    home: server('orchestration/forming/notice.ts'),
    proof: [journey('federation'), 'released, it leaves nothing behind on either side, and reads are refused'],
    also: [
      [journey('standing'), 'moves no data until it is resumed; agreements stay in force'],
      [journey('standing'), 'that leaves with notice answers until then, and nothing is left behind on either side'],
    ],
  },
  'RQ-34': {
    text: 'The failure of one member does not take down the rest.',
    origin: 'inferred',
    messages: 'T13, T7',
    home: server('orchestration/utilization/source-asking.ts'),
    proof: [journey('faults'), 'when every member fails, the own part still comes'],
    also: [
      [journey('faults'), 'stopped: FAILED, since when, and when it is tried next'],
      [journey('faults'), 'hanging: LATE at first, then not waited for'],
    ],
  },
  'RQ-35': {
    text: 'Exchanges can be traced afterwards: who, what, when, under which agreement.',
    origin: 'ours',
    messages: 'all',
    home: server('log'),
    proof: [journey('exchange-log'), 'tells at both ends how the federation came to be and who read under which agreement, the newest first, page by page'],
  },
  'RQ-36': {
    text: 'Only what is needed is exposed.',
    origin: 'published',
    messages: 'R2, T2',
    home: core('federation/agreement.ts'),
    proof: [journey('federation'), 'a term that the owner keeps back is in no byte that leaves, asked for, tested, ordered by or read with everything else'],
  },
  'RQ-37': {
    text: 'Raw data, transformed data, inputs and outputs of models are told apart.',
    origin: 'published',
    messages: 'R2, T9, T12',
    home: core('federation/exchange-data.ts'),
    proof: [journey('behalf'), 'says of what is exchanged whether it was measured or came out of a model'],
  },
  'RQ-38': {
    text: 'Inputs of models and outputs of simulations can be got at.',
    origin: 'published',
    messages: 'T9, T12',
    home: server('orchestration/invocation/running.ts'),
    proof: [
      'packages/server/src/orchestration/invocation/running.test.ts',
      'leaves what came out, and what it was computed from, to be read when its owner was started again, by whose it is',
    ],
  },
  'RQ-39': {
    text: 'Models carry standard metadata and can be called through a documented interface.',
    origin: 'published',
    messages: 'R2',
    home: core('twin/feature-information.ts'),
    proof: [
      'packages/server/src/orchestration/invocation/running.test.ts',
      'is computed for whom it was granted, with inputs as it describes them, and for nobody else',
    ],
  },
  'RQ-40': {
    text: 'One result serves several visualizations; schema, unit, space and time are checked by themselves.',
    origin: 'published',
    messages: 'T9',
    home: core('federation/source-report.ts'),
    proof: [journey('checks'), 'an answer says of each member how many of its values are of another kind, in no unit of theirs, or from the future'],
    also: [[journey('scene'), 'shows every twin of every member once, and tells which row it is, both ways']],
  },
  'RQ-41': {
    text: 'A model can get at data on behalf of a person or an organization.',
    origin: 'published',
    messages: 'all',
    home: core('message/header.ts'),
    proof: [journey('behalf'), 'is computed for somebody whom the agreement names, for nobody else, and both logs keep for whom'],
  },
};
