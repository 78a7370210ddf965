/**
 * Conformance: plays the other side of every check against a target, and says of each whether it passed, failed and why, or could not be tried.
 */
import { type Binding, fail, ok, type Problem, problem, problems, type Result } from '@cityweave/core';
import { systemDeps } from '../deps.ts';
import { fetchIntroduction } from '../exchange/introduction.ts';
import { createHttpProtocol } from '../protocol/http.ts';
import { type Actor, createActor, type Target, thisMachine } from './actor.ts';
import { connectByAdaptor } from './adapting/adapting.ts';
import { alignThree } from './adapting/intervals.ts';
import { sayOfNobody, saySignedByAnother, sayTooMuch } from './behaviour.ts';
import { findFeature, isAdaptor, listenUninvited, sayNonsense } from './encounters.ts';
import { type ExampleMessage, sayInvalid, sayRefused, sayValid } from './examples.ts';
import { bargain, refuseAndPass } from './forming/bargaining.ts';
import { connectDirectly, cutAndReplace } from './forming/forming.ts';
import { alterLog, checkLog, inLog, rewriteLog } from './log.ts';
import { askForLog } from './log-told.ts';
import { type CheckResult, type ConformanceReport, resultOf, toReport } from './report.ts';
import { entryOf, isSuccess, type Stage, say, type Told, withdraw } from './stage.ts';
import { listenUntilReleased } from './streaming.ts';
import { type Finding, playVector, type Vector } from './vector.ts';
import { wrongStates } from './wrong-state.ts';

export type Material = {
  readonly valid: readonly ExampleMessage[];
  readonly invalid: readonly ExampleMessage[];
  readonly refused: readonly ExampleMessage[];
  readonly vectors: readonly Vector[];
};

export type Asked = {
  readonly target: string;
  /** the node with the target's registry; the target itself where absent */
  readonly registry?: string | undefined;
  /** the folder of the target's memory, for its log */
  readonly directory?: string | undefined;
  /** what carries what the kit says, and what its actors take */
  readonly binding?: Binding | undefined;
  /** where the target reaches the kit's actors; on the same machine where absent */
  readonly host?: string | undefined;
  /** only checks whose names begin so; all where absent */
  readonly only?: readonly string[] | undefined;
  readonly material: Material;
  readonly signal: AbortSignal;
  readonly told?: ((result: CheckResult) => void) | undefined;
};

type Check = {
  readonly check?: number;
  readonly id: string;
  readonly title: string;
  readonly fault: string;
  readonly run: (stage: Stage, one: Actor) => Promise<Finding>;
};

const codeOf = (kind: string): string | undefined => Object.entries(problems).find(([name]) => name === kind)?.[1].code;

/** What each row of the table is refused for, whatever it says. */
const rowChecks = ({ material }: Asked): readonly Check[] => [
  {
    id: '22-every-row',
    title: 'Every row is refused too late, too early and for somebody else',
    fault: 'looks at no clock, or at no address',
    run: (stage, one) => sayRefused(stage, one, { examples: material.refused, codeOf }),
  },
  {
    id: '22-every-row-signed-by-another',
    title: 'Every row is refused where another signed it',
    fault: 'skips signature checks',
    run: (stage, one) => saySignedByAnother(stage, one, material),
  },
  {
    id: '22-every-row-too-large',
    title: 'Every row is refused beyond its bound',
    fault: 'has no bound',
    run: (stage, one) => sayTooMuch(stage, one, material),
  },
  {
    id: '22-every-row-of-nobody',
    title: 'Every row that is about something says that it does not know it',
    fault: 'answers about what it does not know',
    run: (stage, one) => sayOfNobody(stage, one, material),
  },
  ...wrongStates.map(({ lifecycle, state, find }) => ({
    id: `22-wrong-state-${[lifecycle, state].join('-').toLowerCase().replaceAll(/[ _]/g, '-')}`,
    title: `Every row about ${/^[aeiou]/.test(lifecycle) ? 'an' : 'a'} ${lifecycle} ${state === 'any' ? 'in any state' : `that is ${state}`} is refused where its table does not allow that`,
    fault: 'enters a wrong state',
    run: (stage: Stage, one: Actor) => find(stage, one, material),
  })),
];

const logChecks = ({ directory }: Asked): readonly Check[] => [
  { check: 14, id: '14-log', title: 'The log chain verifies', fault: 'keeps no log, or changes it', run: inLog(directory, checkLog) },
  {
    check: 14,
    id: '14-log-altered',
    title: 'An entry of the log that is altered is found',
    fault: 'keeps a log that can be altered',
    run: inLog(directory, alterLog),
  },
  {
    check: 14,
    id: '14-log-rewritten',
    title: 'A log that is written anew from an entry on is found by the next checkpoint',
    fault: 'keeps a log that can be altered',
    run: inLog(directory, rewriteLog),
  },
];

const logTold: Check = {
  check: 14,
  id: '14-told',
  title: 'Who exchanged messages with it is shown that they stand in its log, sealed, and that the log goes on from where it was seen',
  fault: 'keeps no log, or changes it',
  run: askForLog,
};

const codedChecks = ({ material }: Asked): readonly Check[] => [
  {
    check: 1,
    id: '01-every-message',
    title: 'Every message of the catalogue is understood',
    fault: 'does not know its messages',
    run: (stage, one) => sayValid(stage, one, material.valid),
  },
  {
    check: 2,
    id: '02-no-other-message',
    title: 'What is not a message, or not what its row says, gets its code',
    fault: 'takes what is no message',
    run: (stage, one) => sayInvalid(stage, one, { examples: material.invalid, codeOf }),
  },
  {
    check: 6,
    id: '06-adaptor',
    title: 'Two twins that differ are connected by the adaptor',
    fault: 'converts wrongly',
    run: connectByAdaptor,
  },
  {
    check: 7,
    id: '07-direct-as-initiator',
    title: 'Where it forms a federation, twins with equal bindings are connected directly',
    fault: 'needs an adaptor',
    run: connectDirectly,
  },
  { check: 8, id: '08-refusal', title: 'Refusal leads to the next candidate', fault: 'gives up at the first refusal', run: refuseAndPass },
  { check: 8, id: '08-five-rounds', title: 'Where it forms a federation, a negotiation ends after five rounds', fault: 'negotiates without end', run: bargain },
  {
    check: 10,
    id: '10-link-cut',
    title: 'A link that is cut is told, and the federation goes on',
    fault: 'does not notice who is gone',
    run: cutAndReplace,
  },
  {
    check: 9,
    id: '09-open-stream',
    title: 'A stream that is open when its federation is released ends with it',
    fault: 'goes on telling after the release',
    run: (stage, one) => listenUntilReleased(stage, one, material),
  },
  {
    check: 11,
    id: '11-three-intervals',
    title: 'Three twins with intervals of 1 s, 10 s and 1 min come in one grid',
    fault: 'aligns wrongly',
    run: alignThree,
  },
  { id: '23-nonsense', title: 'Any bytes get a code', fault: 'breaks at bytes that are no message', run: sayNonsense },
  { id: '24-stream', title: 'The name of a subscription opens no stream', fault: 'streams to anybody', run: listenUninvited },
];

const checksOf = (asked: Asked): readonly Check[] =>
  [
    ...codedChecks(asked),
    ...logChecks(asked),
    logTold,
    ...rowChecks(asked),
    ...asked.material.vectors.map((vector): Check => ({ ...vector, run: (stage) => playVector(stage, vector) }) as Check),
  ] // branding: a vector has everything of a check but how it is run
    .filter(({ id }) => asked.only === undefined || asked.only.some((name) => id.startsWith(name)))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));

const meet = async (protocol: ReturnType<typeof createHttpProtocol>, address: string): Promise<Result<Target>> => {
  const met = await fetchIntroduction(protocol, address);
  return met.ok ? ok({ ...met.value, address }) : fail({ ...met.problem, subject: address });
};

const whyNotTaken = (stage: Stage, { code }: Told): Problem => {
  const accepted = 'a node that keeps a registry: --registry URL';
  if (code === problems.notMyRole.code) return problem('notMyRole', { subject: `${stage.registry.id} keeps no registry`, accepted });
  return problem('notAuthorised', { subject: `the actors of the kit at ${stage.registry.id}`, found: code ?? 'no answer', accepted });
};

/** Both actors are registered before anything is asked. */
const introduceActors = async (stage: Stage): Promise<Problem | undefined> => {
  for (const actor of Object.values(stage.actors)) {
    const told = await say(stage, actor, {
      to: stage.registry,
      role: 'registry',
      verb: 'register',
      object: 'digitalTwin',
      parameters: { leaseSeconds: 3_600 },
      objects: [entryOf(actor)],
    });
    if (!isSuccess(told)) return whyNotTaken(stage, told);
  }
  return undefined;
};

const runChecks = async (stage: Stage, asked: Asked): Promise<readonly CheckResult[]> => {
  const results: CheckResult[] = [];
  const [one] = Object.values(stage.actors);
  for (const { check, id, title, fault, run } of one ? checksOf(asked) : []) {
    if (asked.signal.aborted || !one) break;
    const result = resultOf({ check, id, title, fault }, await run(stage, one));
    results.push(result);
    asked.told?.(result);
    // a vector that ended early may have left them withdrawn
    if (result.outcome !== 'passed' && asked.material.vectors.some((vector) => vector.id === id)) await introduceActors(stage);
  }
  return results;
};

const withActors = async <T>(asked: Asked, run: (actors: Stage['actors']) => Promise<T>): Promise<T> => {
  const deps = systemDeps();
  await using one = await createActor('one', deps, asked);
  await using two = await createActor('two', deps, asked);
  return await run({ one, two });
};

/** What the target offers, and whether it lies between others. */
const lookAt = async (stage: Stage): Promise<Stage> => {
  const [one] = Object.values(stage.actors);
  return one ? { ...stage, feature: await findFeature(stage, one), isAdaptor: await isAdaptor(stage, one) } : stage;
};

export const testConformance = async (asked: Asked): Promise<Result<ConformanceReport>> => {
  const protocol = createHttpProtocol();
  const target = await meet(protocol, asked.target);
  const registry = asked.registry === undefined ? target : await meet(protocol, asked.registry);
  await protocol.close();
  if (!target.ok) return target;
  if (!registry.ok) return registry;
  const { binding = 'http', host = thisMachine, signal } = asked;
  return withActors(asked, async (actors) => {
    const stage = { deps: systemDeps(), target: target.value, registry: registry.value, actors, binding, host, signal, feature: undefined, isAdaptor: false };
    const at = stage.deps.clock.now();
    const refused = await introduceActors(stage);
    if (refused) return fail(refused);
    const results = await runChecks(await lookAt(stage), asked);
    await Promise.all(Object.values(actors).map((actor) => withdraw(stage, actor)));
    return ok(toReport({ target: target.value.id, registry: registry.value.id, binding, at }, results));
  });
};
