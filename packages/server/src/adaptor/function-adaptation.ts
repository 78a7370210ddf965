/**
 * Function adaptation (SA-FE): what goes into a function over a bridge (T12) in its owner's words, and what is told of the run in its consumer's.
 */
import { type FeatureAdaptation, fail, inputsToOwner, type Message, ok, parseReply, parseRequest, problem, type Result, runToConsumer } from '@cityweave/core';
import type { BridgeRecord } from './bridge.ts';
import type { Conversion, Inward } from './profile-use.ts';

const rows = ['digitalTwin.invoke.feature', 'digitalTwin.query.feature', 'digitalTwin.cancel.feature'] as const;
type FunctionRow = (typeof rows)[number];

export const isAboutFunction = (name: string): name is FunctionRow => rows.some((row) => row === name);

const adaptationOf = ({ profile, owner }: BridgeRecord, id: string): Result<FeatureAdaptation> => {
  const found = profile.features.find(({ featureId, inputs }) => featureId === id && inputs !== undefined);
  return found ? ok(found) : fail(problem('notFound', { subject: id, accepted: `a function of ${owner.id} that the bridge converts` }));
};

const runInward =
  (name: FunctionRow, adaptation: FeatureAdaptation) =>
  (answer: Message): Result<Inward> => {
    const told = parseReply(name, answer);
    if (!told.ok) return told;
    const { run, dropped } = runToConsumer(told.value.parameters, adaptation);
    return ok({ converted: { action: { parameters: run }, objects: told.value.objects }, dropped });
  };

export const invocationOver = (name: FunctionRow, message: Message, bridge: BridgeRecord): Result<Conversion> => {
  const parsed = parseRequest(name, message);
  if (!parsed.ok) return parsed;
  const { parameters, objects } = parsed.value;
  const adaptation = adaptationOf(bridge, objects[0].id);
  if (!adaptation.ok) return adaptation;
  const inward = runInward(name, adaptation.value);
  if (name !== 'digitalTwin.invoke.feature' || !('inputs' in parameters)) return ok({ inward });
  const inputs = inputsToOwner(adaptation.value, parameters.inputs);
  if (!inputs.ok) return inputs;
  return ok({ outward: { action: { parameters: { ...parameters, inputs: inputs.value } }, objects }, budgetMs: parameters.budgetMs, inward });
};
