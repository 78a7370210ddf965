/**
 * What the exchange log keeps of a message: what it is about, and nothing that it carries.
 */
import { type LoggedExchange, limits, Message } from '@cityweave/core';
import { expect, it } from 'vitest';
import { noteExchange } from './logged.ts';

const invocation = (scenario: unknown): Message =>
  Message.parse({
    header: {
      protocolVersion: '1.0',
      messageId: 'urn:uuid:3b0f6d6c-8c3e-4c1e-9e6b-27a2c9a5d111',
      messageType: 'request',
      source: { id: 'urn:dtf:twin:planning.example:agency', role: 'digitalTwin' },
      destination: { id: 'urn:dtf:twin:water.example:agency', role: 'digitalTwin' },
      timestamp: '2026-01-01T00:00:00.000Z',
      contentFormat: 'application/json',
    },
    data: { action: { verb: 'invoke', object: 'feature', parameters: { inputs: { secret: 1 }, scenario } }, objects: [] },
  });

const noted = (message: Message): LoggedExchange | undefined => {
  const all: LoggedExchange[] = [];
  noteExchange({ append: (one) => void all.push(one), count: () => undefined }, { direction: 'heard', message, problem: undefined });
  return all[0];
};

it('of an invocation there is the scenario that is tried out, by its id, and no inputs', () => {
  const logged = noted(invocation({ id: 'urn:x:bridge-closed', name: { en: 'Main bridge closed' } }));
  expect(logged).toMatchObject({ verb: 'invoke', scenarioId: 'urn:x:bridge-closed' });
  expect(JSON.stringify(logged)).not.toMatch(/secret|Main bridge/);
});

it('what is no scenario is none, and no id is longer than an id may be', () => {
  for (const scenario of [undefined, null, 'x', { id: 7 }]) expect(noted(invocation(scenario))).not.toHaveProperty('scenarioId');
  expect(noted(invocation({ id: 'x'.repeat(limits.idCharactersMax + 1) }))?.scenarioId).toHaveLength(limits.idCharactersMax);
});
