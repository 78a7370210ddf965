/**
 * Ours: a level is set at the node of the water board, durably; who is subscribed at the node of the initiator hears of it: two hops, three processes.
 */
import { rm } from 'node:fs/promises';
import { createClient } from 'graphql-sse';
import { askGraphql, until } from '../../city.ts';
import { fourAgencies, ruleOfFront, testFederationId, writeCity } from '../../city-files.ts';
import { federationStatus, freePort, startProcess } from '../../processes.ts';
import type { Way } from './way.ts';

const gauge = 'urn:dtf:twin:water.test.example:things/gauge-1';
const change = 'mutation ($commands: [TwinCommand!]!) { applyTwins(commands: $commands) { __typename } }';
const subscription = `subscription ($federation: ID!) {
  federationTwins(federation: $federation, filter: { kinds: ["city:RiverGauge"] }) {
    ... on Snapshot { complete }
    ... on Delta { changed { id property(term: "city:waterLevel") { winner { number } } } }
  }
}`;

type Event = {
  readonly complete?: boolean;
  readonly changed?: readonly { readonly id: string; readonly property: { readonly winner: { readonly number: number } } }[];
};
type Answer = { readonly data?: { readonly federationTwins: Event } | null };

/** The levels of the gauge, once all that there was has been told. */
async function* levelsIn(answers: AsyncIterable<Answer>): AsyncGenerator<number> {
  for await (const { data } of answers) for (const { id, property } of data?.federationTwins.changed ?? []) if (id === gauge) yield property.winner.number;
}

const whole = async (answers: AsyncIterator<Answer>): Promise<void> => {
  for (let told = await answers.next(); !told.value?.data?.federationTwins.complete; told = await answers.next())
    if (told.done) throw new Error('the subscription ended before its snapshot did');
};

const startNodes = async () => {
  const port = await freePort();
  const changes = {
    front: { node: { listen: { port }, federations: [ruleOfFront('city:RiverGauge')] } },
    water: { node: { registry: { address: `http://127.0.0.1:${port}` } } },
  };
  const folder = await writeCity({ agencies: fourAgencies(changes).slice(0, 2), needs: [] });
  const [front, water] = [await startProcess(folder, 'front'), await startProcess(folder, 'water')];
  await until(
    () => federationStatus(front, testFederationId),
    (status) => status.ok && status.value.state === 'ACTIVE',
    'ACTIVE',
  );
  return { folder, front, water };
};

export const openFederated = async (): Promise<Way> => {
  const { folder, front, water } = await startNodes();
  const client = createClient({ url: `${front.address}/graphql` });
  const answers = client.iterate({ query: subscription, variables: { federation: testFederationId } }) as AsyncIterableIterator<Answer>; // branding: what was asked for
  await whole(answers);
  return {
    change: (value) => askGraphql(water.address, change, { commands: [{ patch: { id: gauge, values: [{ term: 'city:waterLevel', value }] } }] }),
    heard: levelsIn(answers),
    [Symbol.asyncDispose]: async () => {
      client.dispose();
      for (const node of [front, water]) await node[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
