/**
 * The description of the protocol as Markdown, row by row from the catalogue, so that it cannot say anything else than the code does.
 */
import { type Attributes, attributesByKind, carried } from './attributes.ts';
import { generalParts } from './general.ts';
import { movesBeside } from './moves.ts';
import { neededHere, parametersByNumber } from './parameters.ts';

export type DescribedRow = {
  readonly role: string;
  readonly verb: string;
  readonly object: string;
  readonly label: string;
  readonly from: string;
  readonly to: string;
  readonly purpose: string;
  readonly effect: string;
  readonly messageType: string;
  readonly bytesMax: number;
  readonly refusals: readonly string[];
  readonly allowed: Readonly<Record<string, readonly string[]>>;
};

export type DescribedProblem = {
  readonly kind: string;
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly sentence: string;
  readonly advice: string;
};
export type DescribedLifecycle = { readonly name: string; readonly initial: string; readonly next: Readonly<Record<string, readonly string[]>> };

export type Protocol = {
  readonly rows: Readonly<Record<string, DescribedRow>>;
  readonly problems: readonly DescribedProblem[];
  readonly lifecycles: readonly DescribedLifecycle[];
  /** as what any message may be refused */
  readonly refusalsOfAll: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** limits with what stands beside them in their table */
  readonly limitNotes: Readonly<Record<string, string>>;
  /** names of the example files, without folder */
  readonly examples: readonly string[];
  /** what an example file holds */
  readonly textOf: (example: string) => string;
};

const number = (value: number): string => value.toLocaleString('en-US');

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: string): string => `\`${text}\``;

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

const roles: Readonly<Record<string, string>> = {
  registry: 'To a registry',
  digitalTwin: 'Between twins',
  communicationAdaptor: 'To a communication adaptor',
  application: 'Between applications and a twin',
};

const rowsOf = ({ rows }: Protocol, role: string): readonly (readonly [string, DescribedRow])[] => Object.entries(rows).filter(([, row]) => row.role === role);

const effects: Readonly<Record<string, string>> = {
  change: 'a change: answered once by message id, its answer kept and given again to a repeat',
  read: 'a read: answered anew each time, nothing is kept',
};

const examplesOf = ({ examples }: Protocol, name: string): string =>
  examples
    .filter((file) => file.startsWith(`${name}.`) || file.startsWith(`${name}--`))
    .map((file) => `[${file}](../fixtures/messages/valid/${file})`)
    .join(', ');

const allowedOf = ({ allowed }: DescribedRow): string => {
  const parts = Object.entries(allowed).map(([lifecycle, states]) => `${lifecycle} in ${states.map(code).join(', ')}`);
  return parts.length > 0 ? `${parts.join('; ')}; anywhere else the answer is \`notAllowedInState\`` : 'in any state';
};

const linesShownMax = 60;

/** The data area of the example as its file has it; the header is the same in form for every message, and a long one is looked at in its file. */
const dataOf = ({ examples, textOf }: Protocol, example: string, heading: string): string => {
  if (!examples.includes(example)) return '';
  const text = JSON.stringify(JSON.parse(textOf(example)).data, null, 2);
  const lines = text.split('\n');
  if (lines.length > linesShownMax) return `${heading}: [${lines.length} lines](../fixtures/messages/valid/${example}).`;
  return [`${heading}:`, '```json', text, '```'].join('\n');
};

const sectionOf = (protocol: Protocol, [name, row]: readonly [string, DescribedRow]): string =>
  [
    `#### ${name}`,
    row.purpose,
    table(['label', 'from', 'to', 'type', 'at most'], [[row.label, row.from, row.to, row.messageType, `${number(row.bytesMax)} bytes`]]),
    `Effect: ${effects[row.effect] ?? row.effect}.`,
    `Own refusals: ${row.refusals.length > 0 ? row.refusals.map((kind) => `[${kind}](#results-and-problems)`).join(', ') : 'none'}.`,
    `Where it may be said: ${allowedOf(row)}.`,
    `Examples: ${examplesOf(protocol, name)}.`,
    dataOf(protocol, `${name}.json`, 'Asked'),
    dataOf(protocol, `${name}.reply.json`, 'Answered'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

const contents = (protocol: Protocol): string =>
  Object.entries(roles)
    .map(([role, heading]) =>
      [`- [${heading}](#${anchorOf(heading)})`, ...rowsOf(protocol, role).map(([name]) => `  - [${name}](#${anchorOf(name)})`)].join('\n'),
    )
    .join('\n');

const problemTable = ({ problems }: Protocol): string =>
  table(
    ['code', 'problem', 'HTTP', 'again?', 'what it says', 'what to do'],
    problems.map(({ kind, code: dtf, status, retryable, sentence, advice }) => [dtf, kind, String(status), retryable ? 'yes' : 'no', sentence, advice]),
  );

const lifecycleTable = ({ name, initial, next }: DescribedLifecycle): string =>
  [
    `### Lifecycle: ${name}`,
    `Begins ${code(initial)}.`,
    table(
      ['state', 'may become'],
      Object.entries(next).map(([state, after]) => [code(state), after.map(code).join(', ') || 'nothing: it is over']),
    ),
  ].join('\n\n');

const movesTable = (): string =>
  table(
    ['lifecycle', 'from', 'to', 'why'],
    Object.entries(movesBeside).flatMap(([name, moves]) => Object.entries(moves).map(([move, why]) => [name, ...move.split(' ').map(code), why])),
  );

const leftOutRows = ([kind, { leftOut }]: readonly [string, Attributes]): readonly (readonly string[])[] =>
  Object.entries(leftOut).map(([attribute, why]) => [kind, code(attribute), why]);

const elsewhereRows = ([kind, { here }]: readonly [string, Attributes]): readonly (readonly string[])[] =>
  here.flatMap((attribute) => (typeof attribute === 'string' || attribute[0] === attribute[1] ? [] : [[kind, code(attribute[0]), code(attribute[1])]]));

/** What the model's kinds of objects have there and not here, or under another name here; and what is kept and told without anything else depending on it. */
const objectTables = (): readonly string[] => {
  const kinds = Object.entries(attributesByKind);
  return [
    'Attributes that the kinds of objects of the model have and that are left out here; said all the same they are kept, as every member that a node does not know.',
    table(['kind', 'attribute', 'why'], kinds.flatMap(leftOutRows)),
    'Attributes that stand here under another name.',
    table(['kind', 'attribute', 'here'], kinds.flatMap(elsewhereRows)),
    'Members that are known, kept and told, and on which nothing else depends. Whether anything is done with a member is looked up by its name: of two that have one name, one may be carried only and is not told here.',
    table(
      ['member', 'what for'],
      Object.entries(carried).map(([name, why]) => [code(name), why]),
    ),
  ];
};

/** What a person says of a message by its number: where what it carries in the model stands here, if not under its name. */
const messageTables = (): readonly string[] => {
  const numbers = Object.entries(parametersByNumber);
  const needed = Object.entries(neededHere).map(([place, why]) => ((at) => [place.slice(0, at), code(place.slice(at + 1)), why])(place.indexOf(' ')));
  return [
    'What messages carry in the model and is left out here: a member that is said all the same is kept and heeded by nobody; a value that is not taken (`bearer`, `mqtt`, `false`) is refused as `invalid`.',
    table(['message', 'member', 'why'], numbers.flatMap(leftOutRows)),
    'What they carry under another name, or elsewhere.',
    table(['message', 'member', 'here'], numbers.flatMap(elsewhereRows)),
    'What a message is refused without here, though the model has an example that does without.',
    table(['message', 'member', 'why'], needed),
  ];
};

const limitTable = ({ limits, limitNotes }: Protocol): string =>
  table(
    ['limit', 'value', ''],
    Object.entries(limits).map(([name, value]) => [code(name), number(value), limitNotes[name] ?? '']),
  );

export const describeProtocol = (protocol: Protocol): string => {
  const general = generalParts({ ...protocol, number });
  const parts = [
    '# The information exchange',
    general.origin,
    '## Contents',
    contents(protocol),
    '## The message',
    general.message,
    '## Roles',
    general.roles,
    '## Signatures',
    general.signatures,
    '## Time, repeats and order',
    general.time,
    '## Streams',
    general.streams,
    '## Over a WebSocket',
    general.sockets,
    '## The messages',
    ...Object.entries(roles).flatMap(([role, heading]) => [`### ${heading}`, ...rowsOf(protocol, role).map((row) => sectionOf(protocol, row))]),
    '## Objects',
    ...objectTables(),
    ...messageTables(),
    '## Results and problems',
    general.results,
    problemTable(protocol),
    '## Lifecycles',
    general.states,
    ...protocol.lifecycles.map(lifecycleTable),
    '### Moves beside those of the model',
    movesTable(),
    '## Limits',
    general.bounds,
    limitTable(protocol),
  ];
  return `${parts.join('\n\n')}\n`;
};
