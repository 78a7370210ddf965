/**
 * Behaviour: refusals that follow from the table of messages, row by row: a signature that is not the sender's, more than the bound, what nobody knows, what is over.
 */
import { type ProblemKind, problems, type RowName, rowNames, rowOf } from '@cityweave/core';
import { type Actor, isRaw, memberAt, type Raw, signRaw, type Target } from './actor.ts';
import { again, type ExampleMessage, targetOf } from './examples.ts';
import { post, type Stage, type Told } from './stage.ts';
import type { Finding, Vector } from './vector.ts';

export type Material = { readonly valid: readonly ExampleMessage[]; readonly vectors: readonly Vector[] };

export type Said = { readonly name: RowName; readonly message: Raw; readonly to: Target };

/** The example of a row as an actor says it; none where applications say it, or nobody answers it. */
export const exampleOf = (stage: Stage, actor: Actor, { name, valid }: Pick<Material, 'valid'> & { readonly name: RowName }): readonly Said[] => {
  const { role, messageType } = rowOf(name);
  const message = valid.find((example) => example.name === name)?.message;
  if (!isRaw(message) || messageType !== 'request' || role === 'application') return [];
  const to = targetOf(stage, message);
  return [{ name, message: again(stage, actor, { message, to }), to }];
};

/** The rows that a twin asks of the roles that every target and its registry have, each with its example. */
const askedOf = (stage: Stage, actor: Actor, { valid }: Pick<Material, 'valid'>): readonly Said[] =>
  rowNames.filter((name) => rowOf(name).role !== 'communicationAdaptor').flatMap((name) => exampleOf(stage, actor, { name, valid }));

type Expected = { readonly codes: readonly string[]; readonly told: Told };

/** The first row that was answered otherwise than it should have been. */
export const findingOf = async (rows: readonly Said[], ask: (row: Said) => Promise<Expected>): Promise<Finding> => {
  for (const row of rows) {
    const { codes, told } = await ask(row);
    if (!codes.includes(told.code ?? '')) return { outcome: 'failed', why: `${row.name}: ${told.code ?? 'no code'} came, ${codes.join(' or ')} should` };
  }
  return rows.length > 0 ? { outcome: 'passed' } : { outcome: 'skipped', why: 'no example messages' };
};

export const codesOf = (kinds: readonly ProblemKind[]): readonly string[] => kinds.map((kind) => problems[kind].code);

export const sayTo = (stage: Stage, { to }: Said, message: Raw): Promise<Told> => post(stage, to.endpoint, JSON.stringify(message));

/** Signed by another twin under the sender's name. */
export const saySignedByAnother = (stage: Stage, actor: Actor, material: Material): Promise<Finding> => {
  const other = Object.values(stage.actors).find((one) => one !== actor) ?? actor;
  const codes = codesOf(['badSignature', 'keyNotTrusted']);
  return findingOf(askedOf(stage, actor, material), async (row) => ({
    codes,
    told: await sayTo(stage, row, signRaw(row.message, { ...other.key, keyId: actor.key.keyId })),
  }));
};

const withParameters = (message: Raw, more: Raw): Raw => {
  const [data, action, parameters] = ['data', 'data.action', 'data.action.parameters'].map((path) => memberAt(message, path));
  if (!isRaw(data) || !isRaw(action)) return message;
  return { ...message, data: { ...data, action: { ...action, parameters: { ...(isRaw(parameters) ? parameters : {}), ...more } } } };
};

/** One byte more than its row allows. */
export const sayTooMuch = (stage: Stage, actor: Actor, material: Material): Promise<Finding> =>
  findingOf(askedOf(stage, actor, material), async (row) => {
    const padded = (bytes: number): Raw => signRaw(withParameters(row.message, { padding: 'x'.repeat(bytes) }), actor.key);
    const bare = Buffer.byteLength(JSON.stringify(padded(0)));
    return { codes: codesOf(['tooLarge']), told: await sayTo(stage, row, padded(rowOf(row.name).bytesMax + 1 - bare)) };
  });

/** Problems by which a row says that it does not know what it was asked about. */
const notKnown: readonly ProblemKind[] = [
  'unknownFederation',
  'notFound',
  'notRegistered',
  'unknownSubscription',
  'unknownConnection',
  'unknownDictionary',
  'notInForce',
];

/** What is made known is not known before, and who subscribes names nothing but himself. */
const namesNothing = (name: RowName): boolean => ['register', 'subscribe'].includes(rowOf(name).verb) && rowOf(name).role === 'registry';

/** Every name in it as one of an authority that nobody registered. */
const ofNobody = (message: Raw): Raw => ({
  ...message,
  data: JSON.parse(JSON.stringify(message['data']).replaceAll(/urn:dtf:(\w+):[a-z0-9.-]+/g, 'urn:dtf:$1:nobody.conformance.example')),
});

/** About what nobody knows: the row says so by a problem of its own. */
export const sayOfNobody = (stage: Stage, actor: Actor, material: Material): Promise<Finding> => {
  const rows = askedOf(stage, actor, material).filter(({ name }) => !namesNothing(name) && rowOf(name).refusals.some((kind) => notKnown.includes(kind)));
  return findingOf(rows, async (row) => ({
    codes: codesOf(rowOf(row.name).refusals),
    told: await sayTo(stage, row, signRaw(ofNobody(row.message), actor.key)),
  }));
};
