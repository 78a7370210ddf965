/**
 * Acts: how each act of a plan is carried out, on a machine, on the network, or by a person at the initiator's.
 */
import { instantOfMs, TermId } from '@cityweave/core';
import { bridged } from './far-system.ts';
import type { Question } from './invariant.ts';
import { twinIdOf } from './machine.ts';
import { meddle } from './meddling.ts';
import { type Act, initiator, type Planned } from './plan.ts';
import { type Following, federationIdOfNumber, kindOf, machineOf, originMs, type Stage } from './stage.ts';
import { twinCommand } from './twin-command.ts';
import { noNoise } from './wires.ts';

const first = federationIdOfNumber(0);

const frontOf = (stage: Stage) => machineOf(stage, initiator).running();

const managementOf = (stage: Stage) => frontOf(stage)?.desk.orchestration.management;

const noRules = { authoritative: {}, tolerance: {} };

const instantAfter = (stage: Stage, ms: number) => instantOfMs(originMs + Math.floor(stage.time.nowMs()) + ms);

/** The initiator begins one more federation. */
export const found = (stage: Stage): void => {
  const front = frontOf(stage);
  if (!front) return;
  const id = federationIdOfNumber(stage.asked.federations);
  stage.asked.federations += 1;
  const needs = stage.plan.needs.map(({ kind, optional = false, ...need }) => ({ kind: TermId.parse(kind), optional, ...need }));
  const { validForMs } = stage.plan;
  const lasting = validForMs === undefined ? {} : { validUntil: instantAfter(stage, validForMs) };
  const draft = { id, name: { en: 'sim' }, purpose: TermId.parse('city:safety'), needs, initiator: twinIdOf(initiator), rules: noRules };
  front.desk.orchestration.management.start({ ...draft, ...lasting });
};

const ask = (stage: Stage, deadlineMs: number): void => {
  const front = frontOf(stage);
  const federation = front?.desk.orchestration.federation(first);
  if (!front || !federation || ['RELEASING', 'RELEASED', 'FAILED'].includes(federation.state)) return;
  const from = stage.time.nowMs();
  void front.desk.orchestration.ask(federation, { first: 100 }, { deadlineMs }).then((answer) => {
    if (frontOf(stage) !== front || !answer.ok) return;
    const { rows, sources } = answer.value;
    const question: Question = { federation, sources, ids: rows.map(({ twin }) => twin.id), tookMs: stage.time.nowMs() - from, deadlineMs };
    stage.judge.note(`a question: ${sources.map(({ agency, status }) => `${agency.split(':')[3]?.split('.')[0]} ${status}`).join(', ')}`);
    stage.judge.look('asked', ({ asked }) => asked?.(stage.world, stage.planted.question?.(question) ?? question));
  });
};

const follow = (stage: Stage): void => {
  const front = frontOf(stage);
  if (!front?.desk.orchestration.federation(first)) return;
  const following: Following = { room: front.room, told: new Map(), known: new Map() };
  stage.asked.followers.push(following);
  front.desk.orchestration.follow(
    () => front.desk.orchestration.federation(first),
    async (event) => {
      if (event.type !== 'changed') return;
      following.told.set(event.agency, [...(following.told.get(event.agency) ?? []), event.seq]);
      for (const { twin } of event.rows ?? []) following.known.set(twin.id, twin.version);
    },
    front.room.signal,
  );
};

const everywhere = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ],
  ],
};

/** The initiator has something computed by whoever grants it. */
const invoke = (stage: Stage, mode: 'sync' | 'async'): void => {
  const front = frontOf(stage);
  const features = front?.desk.orchestration.federation(first)?.members.flatMap((member) => member.features) ?? [];
  const feature = features.find(({ kind }) => kind === 'city:Exposure')?.featureId;
  if (!front || !feature) return;
  const invocation = { feature, mode, inputs: { areas: [{ geometry: everywhere }] }, deadlineMs: 5_000, federation: first };
  void front.desk.orchestration.functions.invoke(invocation).then((invoked) => {
    stage.judge.note(`a function: ${invoked.ok ? invoked.value.run.state : invoked.problem.kind}`);
    if (invoked.ok) stage.asked.begun.push({ room: front.room, feature, runId: invoked.value.run.runId });
  });
};

/** What the initiator's process that began them is told of its runs. */
export const lookAtRuns = (stage: Stage): void => {
  const front = frontOf(stage);
  for (const { room, feature, runId } of stage.asked.begun)
    if (front && room === front.room)
      void front.desk.orchestration.functions.query(feature, runId).then((told) => stage.judge.look('ran', ({ ran }) => ran?.(stage.world, { runId, told })));
};

const put = (stage: Stage, name: string, twin: { readonly kind: string; readonly level: number }): void => {
  const machine = machineOf(stage, name);
  if (!machine.isUp) return;
  const at = machine.now();
  void stage.stores.get(name)?.apply([twinCommand(name, { ...twin, at: 0 }, at)], { at });
};

const crash = (stage: Stage, { machine: name, atWrite, downMs }: Extract<Act, { act: 'crash' }>): void => {
  const machine = machineOf(stage, name);
  if (!machine.isUp) return;
  machine.crashAtWrite(atWrite, () => {
    stage.judge.note(`-- ${name} is dead`);
    stage.time.after(downMs, () => void machine.start().then(() => stage.judge.note(`-- ${name} is back`)));
  });
};

const forget = (stage: Stage): void => {
  const registry = machineOf(stage, stage.plan.registry);
  registry.crash();
  registry.disk.lose('registry.');
  void registry.start();
};

type Acts = { readonly [K in Act['act']]: (stage: Stage, act: Extract<Act, { act: K }>) => unknown };

const acts: Acts = {
  cut: ({ network, time }, { a, b, how, forMs }) => {
    network.cut(a, b, how);
    time.after(forMs, () => network.mend(a, b));
  },
  noise: ({ network, time, plan }, { noise, forMs }) => {
    network.setNoise(noise);
    // what ends after it is calm leaves it calm
    time.after(forMs, () => network.setNoise(time.nowMs() < plan.calmMs ? plan.noise : noNoise));
  },
  crash,
  // without its registry nobody finds anybody: that one always comes back
  lose: (stage, { machine }) => machine !== stage.plan.registry && machineOf(stage, machine).lose(),
  skew: (stage, { machine, ms }) => machineOf(stage, machine).setSkew(ms),
  replay: ({ network, random }) => network.replay(random),
  ask: (stage, { deadlineMs }) => ask(stage, deadlineMs),
  follow,
  invoke: (stage, { mode }) => invoke(stage, mode),
  change: (stage, { machine, level }) =>
    stage.plan.bridged && machine === bridged ? stage.farSystem.setLevel(level) : put(stage, machine, { kind: kindOf(machine), level }),
  offer: (stage, { machine }) => put(stage, machine, { kind: 'city:Shelter', level: 1 }),
  suspend: (stage, { forMs }) => managementOf(stage)?.suspend(first, 'sim', forMs === undefined ? undefined : instantAfter(stage, forMs)),
  resume: (stage) => managementOf(stage)?.resumeFederation(first),
  leave: (stage, { machine, graceSeconds }) => machineOf(stage, machine).running()?.desk.orchestration.standing.leave(first, { reason: 'sim', graceSeconds }),
  release: (stage, { graceSeconds }) => managementOf(stage)?.release(first, 'sim', { graceSeconds }),
  rotate: (stage, { machine: name, graceMs }) => {
    const machine = machineOf(stage, name);
    return machine.running()?.room.keys.rotate(machine.now(), graceMs);
  },
  meddle: (stage, act) => void meddle(stage, act).catch(() => undefined),
  found: (stage) => stage.asked.federations > 0 && found(stage),
  forget,
};

export const perform = (stage: Stage, planned: Planned): void => {
  const carryOut = acts[planned.act] as (stage: Stage, act: Planned) => unknown; // branding: the table pairs each act with what carries it out
  carryOut(stage, planned);
};
