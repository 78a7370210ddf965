/**
 * Example content of the rows about functions, hand-written: the planning office has the water board compute what stands in a flood zone, at once and in the background.
 */
import type { Examples } from './example.ts';
import { agreementId, at, exposureFunction, federationId, floodZone, planning, water } from './town.ts';

const runId = 'urn:uuid:3b0f6d6c-8c3e-4c1e-9e6b-27a2c9a5d111';
const exposureName = { kind: 'feature', id: exposureFunction };
const exposedInputs = { areas: [{ geometry: floodZone }], kinds: ['city:PumpingStation'] };
const exposedOutputs = {
  exposed: [{ id: 'urn:dtf:twin:water.auenfurt.example:pumpwerke/PW-03', kind: 'city:PumpingStation', name: 'PW-03' }],
  of: 14,
};

const scenario = { id: 'urn:uuid:4d5c1a52-95a8-4f9e-a1b0-0b8a5a0f1c33', name: { en: 'The dike holds', de: 'Der Deich hält' } };

export const functionExamples: Examples = {
  'invoke.feature': {
    request: {
      parameters: {
        federationId,
        agreementId,
        mode: 'sync',
        effect: 'none',
        inputs: exposedInputs,
        budgetMs: 1_900,
      },
      objects: [exposureName],
    },
    reply: {
      parameters: {
        runId,
        state: 'SUCCEEDED',
        since: at,
        progress: 1,
        outputs: exposedOutputs,
      },
      objects: [exposureName],
    },
  },
  'invoke.feature--in-the-background': {
    conversationId: runId,
    request: {
      parameters: { federationId, agreementId, mode: 'async', effect: 'simulation', runId, inputs: exposedInputs, scenario, timeout: 'PT1M' },
      objects: [exposureName],
    },
    reply: { parameters: { runId, state: 'RUNNING', since: at, progress: 0, scenario, inputs: exposedInputs }, objects: [exposureName] },
    standing: { status: 'accepted' },
  },
  'notify.feature--end-of-a-run': {
    from: water,
    to: planning,
    conversationId: runId,
    request: {
      parameters: { runId, state: 'SUCCEEDED', since: at, progress: 1, scenario, inputs: exposedInputs, outputs: exposedOutputs, stage: 'modelOutput' },
      objects: [exposureName],
    },
  },
  'query.feature': {
    request: { parameters: { runId }, objects: [exposureName] },
    reply: { parameters: { runId, state: 'RUNNING', since: at, progress: 0.4 }, objects: [exposureName] },
  },
  'cancel.feature': {
    request: { parameters: { runId }, objects: [exposureName] },
    reply: {
      parameters: { runId, state: 'CANCELLED', since: at, progress: 0.4, problem: { kind: 'cancelled', subject: runId } },
      objects: [exposureName],
    },
  },
};
