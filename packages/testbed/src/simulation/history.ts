/**
 * History: a plan carried out on a stage, watched by every invariant. The same plan gives the same history, to the last message.
 */
import { answerLine, askedLine } from '../transcript.ts';
import { found, lookAtRuns, perform } from './acts.ts';
import type { Invariant, Told } from './invariant.ts';
import type { Watcher } from './machine.ts';
import { describeAct, initiator, type Plan } from './plan.ts';
import type { Planted } from './planted.ts';
import { federationIdOfNumber, machineOf, type Stage, setStage, type Violation } from './stage.ts';
import { noNoise } from './wires.ts';

export type Outcome = {
  readonly violation: Violation | undefined;
  /** what happened, line by line */
  readonly lines: readonly string[];
  readonly messages: number;
};

/** How long before the end it is asked how runs ended. */
const lookingMs = 2_000;

/** Everybody starts at some time; the federation is begun as soon as its initiator is there; then the plan, then calm. */
const schedule = (stage: Stage): void => {
  const { plan, time, machines, judge, random } = stage;
  for (const machine of machines) time.after(random.between(0, 1_500), () => void machine.start());
  const begin = (): void => {
    found(stage);
    if (stage.asked.federations === 0) time.after(500, begin);
  };
  time.after(1_600, begin);
  for (const planned of plan.acts)
    time.after(planned.atMs, () => {
      judge.note(`-- ${describeAct(planned)}`);
      perform(stage, planned);
    });
  time.after(plan.calmMs, () => calm(stage));
  time.after(plan.endMs - lookingMs, () => lookAtRuns(stage));
};

const calm = ({ network, machines, judge }: Stage): void => {
  judge.note('-- calm');
  network.mendAll();
  network.setNoise(noNoise);
  for (const machine of machines) {
    machine.setSkew(0);
    machine.crashAtWrite(Number.POSITIVE_INFINITY, () => undefined);
    void machine.start();
  }
};

const versionsAt = async ({ stores }: Stage, name: string): Promise<readonly (readonly [string, number])[]> =>
  ((await stores.get(name)?.find({ first: 100 }))?.twins ?? []).map(({ id, version }) => [id, version]);

/** What each follower that is still there should know by now: the version of each twin of those who are followed. */
const judgeFollowers = async (stage: Stage): Promise<void> => {
  const { asked, judge, world } = stage;
  const front = machineOf(stage, initiator).running();
  const federation = front?.desk.orchestration.federation(federationIdOfNumber(0));
  if (federation?.state !== 'ACTIVE') return;
  const followed = federation.members.filter(({ state }) => state === 'ACTIVE').flatMap(({ twinId }) => world.byId(twinId)?.name ?? []);
  const versions = (await Promise.all(followed.map((name) => versionsAt(stage, name)))).flat();
  for (const { room, ...follower } of asked.followers) {
    if (room !== front?.room) continue;
    const truth = new Map(versions.filter(([id]) => follower.known.has(id)));
    judge.look('followed', ({ followed: check }) => check?.(world, follower, truth));
  }
};

type Counts = { messages: number; readonly subscriptions: Map<string, string> };

const noteSubscription = ({ subscriptions }: Counts, asked: Told, answer: Told): void => {
  const { verb, object, parameters } = asked.data.action;
  const [opened] = answer.data.objects;
  if (verb === 'subscribe' && object === 'exchangeData' && opened) subscriptions.set(opened.id, String(parameters?.['agreementId']));
};

const watching =
  (counts: Counts) =>
  ({ judge, world }: Pick<Stage, 'judge' | 'world'>): Watcher => ({
    wrote: (name, writes, during) => {
      for (const write of writes) judge.look('wrote', ({ wrote }) => wrote?.(world, world.machine(name), { ...write, during }));
    },
    said: (name, message) => {
      counts.messages += 1;
      judge.look('said', ({ said }) => said?.(world, world.machine(name), message));
    },
    answered: (name, { asked, answer, again }) => {
      noteSubscription(counts, asked, answer);
      if (asked.data.action.verb !== 'probe') judge.note(`${askedLine(asked)}${again ? ' (again)' : ''} => ${answerLine(JSON.stringify(answer))}`);
      judge.look('answered', (invariant) => invariant.answered?.(world, world.machine(name), { asked, answer }));
    },
    streamed: (name, message) => {
      const agreementId = counts.subscriptions.get(String(message.data.action.parameters?.['subscriptionId'])) ?? '';
      judge.note(askedLine(message));
      const rows = (message.data.objects[0]?.attributes?.['rows'] ?? []) as readonly { readonly twin: { readonly kind: string } }[]; // branding: T11 carries twins
      judge.look('streamed', ({ streamed }) => streamed?.(world, world.machine(name), { agreementId, kinds: rows.map(({ twin }) => twin.kind) }));
    },
    broke: (name, where, cause) => judge.look('broke', ({ broke }) => broke?.(world.machine(name), where, cause)),
  });

export const runHistory = async (plan: Plan, invariants: readonly Invariant[], planted: Planted = {}): Promise<Outcome> => {
  const counts: Counts = { messages: 0, subscriptions: new Map() };
  const stage = await setStage({ plan, planted, invariants }, watching(counts));
  const { judge, time, world, machines, stores } = stage;
  schedule(stage);
  await time.run(plan.endMs, () => {
    judge.look('quiet', ({ quiet }) => quiet?.(world));
    return judge.violation() === undefined;
  });
  judge.look('settled', ({ settled }) => settled?.(world));
  await judgeFollowers(stage);
  for (const machine of machines) machine.crash();
  for (const store of stores.values()) await store.close();
  return { violation: judge.violation(), lines: judge.lines, messages: counts.messages };
};
