/**
 * The page of requirements as Markdown: what is asked for, by whose word, where it is met, which test shows it, and what is not met.
 */
import type { Entity } from './entities.ts';
import type { TracedMessage } from './messages.ts';
import { type Origin, type Proof, proofsOf, type Requirement } from './requirements.ts';

export type Traced = {
  readonly requirements: Readonly<Record<string, Requirement>>;
  readonly entities: Readonly<Record<string, Entity>>;
  /** by number, the rows that answer it */
  readonly messages: readonly (TracedMessage & { readonly number: string; readonly rows: readonly string[]; readonly room: string | undefined })[];
};

const origins: Readonly<Record<Origin, string>> = { published: 'published skeleton', inferred: 'inferred', ours: 'our design' };

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const link = (path: string): string => `[${path}](../${path})`;

const proofCell = (proofs: readonly Proof[], unmet?: string): string =>
  unmet === undefined ? proofs.map(([file, title]) => `${link(file)}: *${title}*`).join('; ') : `**not met**: ${unmet}`;

const intro = `This page traces what the model asks for to the code and to the tests. It is made by \`tools/requirements\` and checked: a file that is not there, a test that does not have the title
named here or was not run and passed with the tests of its file (\`tools/test-run\`), or a row of the catalogue that no number leads to, fails the build. *Do not edit by hand: \`pnpm fixtures\` makes it again.*

**What is published, and what is ours.** The texts of ITU-T Y.4605, Y.4489 and Y.4224 were not at hand, only what is public of them: summaries, contents, abstracts. *Published skeleton* means that a public
source says so, in our words; *inferred* that it follows from published names and structure; *our design* that nobody else said it. The numbers RQ-01 to RQ-41 and the numbers of
messages are ours. No conformance to the text of a Recommendation is claimed.`;

const requirementRow = ([number, requirement]: readonly [string, Requirement]): readonly string[] => [
  number,
  requirement.text,
  origins[requirement.origin],
  requirement.messages,
  link(requirement.home),
  proofCell(proofsOf(requirement), requirement.unmet),
];

const messageRow = ({ number, rows, room, proof, instead }: Traced['messages'][number]): readonly string[] => {
  if (rows.length === 0) return [number, '**not met**: no row', '', ''];
  const answered = room === undefined ? '' : link(room);
  return [
    number,
    rows.map((name) => `[${name}](protocol.md#${name.replaceAll('.', '').toLowerCase()})`).join(', '),
    instead === undefined ? answered : `**not said**: ${instead}`,
    proofCell([proof]),
  ];
};

export const describeRequirements = ({ requirements, entities, messages }: Traced): string => {
  const unmet = Object.values(requirements).filter((one) => one.unmet !== undefined).length;
  const all = Object.keys(requirements).length;
  const said = messages.filter(({ rows, instead }) => rows.length > 0 && instead === undefined).length;
  const parts = [
    '# Requirements, entities and messages',
    intro,
    `${all - unmet} of ${all} requirements are met; ${said} of ${messages.length} messages (43 of the model, one of our own) are said and answered, each by one room (type \`Answers\`); the others are told as what they are. A requirement is met where the test beside it shows what it asks for; attributes that are carried and mean nothing here are named in [the protocol](protocol.md).`,
    '## Requirements',
    table(['', 'asked for', 'by', 'messages', 'met in', 'shown by'], Object.entries(requirements).map(requirementRow)),
    '## Functional entities of Y.4489',
    'Their names are published; their duties are inferred from them.',
    table(
      ['', 'entity', 'room', 'shown by'],
      Object.entries(entities).map(([short, { name, home, proof, unmet: reason }]) => [short, name, link(home), proofCell(proof ? [proof] : [], reason)]),
    ),
    '## Messages',
    `That there are messages with a header area and a data area is published; every row is our design. That each goes through text and back, and that every refusal is the one it is named after, ${link('packages/core/src/message/fixtures.test.ts')} shows of all; the last column names the test of what hearing it does.`,
    table(['number', 'rows', 'answered in', 'shown by'], messages.map(messageRow)),
  ];
  return `${parts.join('\n\n')}\n`;
};
