import { afterAll, beforeAll, describe } from 'vitest';
import { storeContract } from '../store.contract.ts';
import { drivers, emptyPerFolder, trialServer } from './trial-server.ts';

const { settings, skipped } = trialServer();

describe.skipIf(!settings)(`on a real server${skipped}`, () => {
  const server = settings ?? { uri: '', database: '' };
  // one driver for all tests of the file: each of them opens its stores anew
  let held: ReturnType<typeof drivers.take> | undefined;
  beforeAll(() => {
    held = drivers.take(server);
  });
  afterAll(() => held?.release());
  storeContract('the store on Neo4j', emptyPerFolder(server, 'contract.test.example'));
});
