/**
 * Examples: the example messages of every row, valid and invalid, said to the target as they stand, under an actor's name and signature.
 */
import { type Actor, isRaw, memberAt, type Raw, signRaw, type Target } from './actor.ts';
import { faultOfAnswer, post, type Stage } from './stage.ts';
import type { Finding } from './vector.ts';

/** An example message by its name: `registry.renew.digitalTwin`, or `invalid--hash-of-another-kind` with the problem first. */
export type ExampleMessage = { readonly name: string; readonly message: unknown };

/** Codes by which a target says that it does not know a message that it must know. */
const notUnderstood = ['DTF-100', 'DTF-101', 'DTF-103', 'DTF-104', 'DTF-105', 'DTF-106', 'DTF-112', 'DTF-300'];

/** As it stands, under an actor's name, now. */
export const again = (stage: Stage, actor: Actor, { message, to }: { readonly message: Raw; readonly to: Target }): Raw => {
  const header = memberAt(message, 'header');
  if (!isRaw(header)) return message;
  const { security: _, expiresAt: __, federationId: ___, ...rest } = header;
  const [source, destination] = [header['source'], header['destination']];
  return {
    ...message,
    header: {
      ...rest,
      ...(isRaw(source) && { source: { ...source, id: actor.id, endpoint: actor.endpoint.address } }),
      ...(isRaw(destination) && { destination: { ...destination, id: to.id } }),
      ...(rest['timestamp'] === '2026-05-04T12:30:00.000Z' && { timestamp: stage.deps.clock.now() }),
      ...(typeof rest['messageId'] === 'string' && /-[0-9a-f]{12}$/.test(rest['messageId']) && { messageId: `urn:uuid:${stage.deps.ids.uuid()}` }),
    },
  };
};

export const targetOf = (stage: Stage, message: unknown): Target =>
  memberAt(message, 'header.destination.role') === 'registry' ? stage.registry : stage.target;

/** Messages of applications are for whoever is signed in; answers and notifications are for streams. */
const isSaidToTwins = ({ name, message }: ExampleMessage): boolean =>
  memberAt(message, 'header.messageType') === 'request' && !name.endsWith('.reply') && memberAt(message, 'header.source.role') === 'digitalTwin';

/** What its role is for the target: an adaptor's rows are asked of adaptors. */
const isForRole = ({ message }: ExampleMessage): boolean => ['registry', 'digitalTwin'].includes(String(memberAt(message, 'header.destination.role')));

/** Check 1: every message of the catalogue is understood, whatever the answer is. Its ids are those of the example: it is refused for what it says, not for how. */
export const sayValid = async (stage: Stage, actor: Actor, examples: readonly ExampleMessage[]): Promise<Finding> => {
  for (const example of examples.filter((one) => isSaidToTwins(one) && isForRole(one))) {
    const to = targetOf(stage, example.message);
    const message = again(stage, actor, { message: isRaw(example.message) ? example.message : {}, to });
    const told = await post(stage, to.endpoint, JSON.stringify(signRaw(message, actor.key)));
    const fault = await faultOfAnswer(told, message, to);
    if (fault !== undefined) return { outcome: 'failed', why: `${example.name}: ${fault}` };
    if (notUnderstood.includes(told.code ?? '')) return { outcome: 'failed', why: `${example.name}: not understood (${told.code})` };
  }
  return { outcome: 'passed' };
};

/** Check 22: every row is refused for what is wrong with its envelope, whatever it says. */
export const sayRefused = async (stage: Stage, actor: Actor, { examples, codeOf }: Expecting): Promise<Finding> => {
  for (const example of examples.filter((one) => isSaidToTwins(one) && isForRole(one))) {
    const [problem = ''] = example.name.split('--');
    const to = targetOf(stage, example.message);
    const message = again(stage, actor, { message: isRaw(example.message) ? example.message : {}, to });
    const told = await post(stage, to.endpoint, JSON.stringify(signRaw(withHeader(message, spoiltHeader(example.message, problem)), actor.key)));
    const codes = codesFor({ mayPassOn: stage.isAdaptor || to.endpoint !== stage.target.endpoint, problem, codeOf });
    if (!codes.includes(told.code)) return { outcome: 'failed', why: `${example.name}: ${told.code ?? 'no code'} came, ${codes.join(' or ')} should` };
  }
  return { outcome: 'passed' };
};

type Refusing = Pick<Expecting, 'codeOf'> & { readonly mayPassOn: boolean; readonly problem: string };

/** What is for somebody else an adaptor, as a registry elsewhere may be one too, would pass on: it says that there is no bridge to him, or that it passes no such message on. */
const codesFor = ({ mayPassOn, problem, codeOf }: Refusing): readonly (string | undefined)[] => [
  codeOf(problem),
  ...(mayPassOn && problem === 'unknownDestination' ? [codeOf('unknownConnection'), codeOf('notMyRole')] : []),
];

const withHeader = (message: Raw, changes: Raw): Raw => ({ ...message, header: { ...(isRaw(message['header']) ? message['header'] : {}), ...changes } });

/** What is wrong with its header, which is put right where the message is said again. */
const spoiltHeader = (message: unknown, problem: string): Raw => {
  if (problem === 'expired') return { expiresAt: memberAt(message, 'header.expiresAt') };
  if (problem === 'unknownDestination') return { destination: memberAt(message, 'header.destination') };
  return {};
};

type Expecting = {
  readonly examples: readonly ExampleMessage[] /** the code of a problem by its name */;
  readonly codeOf: (problem: string) => string | undefined;
};

/** Check 2: what is no message, or not the message its row says, gets the code that its file is named after. */
export const sayInvalid = async (stage: Stage, actor: Actor, { examples, codeOf }: Expecting): Promise<Finding> => {
  for (const { name, message } of examples) {
    const expected = codeOf(name.split('--')[0] ?? '');
    const to = targetOf(stage, message);
    const said = isRaw(message) ? signRaw(again(stage, actor, { message, to }), actor.key) : message;
    const told = await post(stage, to.endpoint, JSON.stringify(said));
    // What an application may not say is refused for that first where applications must sign in.
    const isApplication = memberAt(message, 'header.source.role') === 'application';
    if (told.code !== expected && !(isApplication && told.code === 'DTF-800'))
      return { outcome: 'failed', why: `${name}: ${told.code ?? 'no code'} came, ${expected} should` };
  }
  return { outcome: 'passed' };
};
