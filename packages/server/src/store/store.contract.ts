/**
 * The suite that every store passes: what the port promises and engines see differently is fixed here.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { againContract } from './again.contract.ts';
import { commandsContract } from './commands.contract.ts';
import { filterContract } from './filter.contract.ts';
import { foldingContract } from './folding.contract.ts';
import { historyContract } from './history.contract.ts';
import { hostileContract } from './hostile.contract.ts';
import { linksContract, pastLinksContract } from './links.contract.ts';
import { movingContract } from './moving.contract.ts';
import { overviewContract } from './overview.contract.ts';
import { feedContract, readsContract, registersContract } from './reads.contract.ts';
import { searchContract } from './search.contract.ts';
import type { TwinStore } from './store.ts';
import { waitingContract } from './waiting.contract.ts';
import { writesContract } from './writes.contract.ts';

export type OpenStore = (directory: string) => Promise<Result<TwinStore>>;

/** An open store in a folder of its own, anew for every test. */
export type Opened = {
  readonly store: () => TwinStore;
  readonly reopen: () => Promise<TwinStore>;
  /** one more, empty, in a folder of its own */
  readonly another: () => Promise<TwinStore>;
};

export const withStore = (open: OpenStore): Opened => {
  let directory = '';
  let current: TwinStore | undefined;
  let others: TwinStore[] = [];
  const openIn = async (folder: string): Promise<TwinStore> => {
    const opened = await open(folder);
    return opened.ok ? opened.value : expect.fail(`the store does not open: ${opened.problem.kind}`);
  };
  const start = async (): Promise<TwinStore> => {
    current = await openIn(directory);
    return current;
  };
  const another = async (): Promise<TwinStore> => {
    const store = await openIn(join(directory, `other-${others.length}`));
    others.push(store);
    return store;
  };
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'store-'));
    await start();
  });
  afterEach(async () => {
    await current?.close();
    await Promise.all(others.map((store) => store.close()));
    others = [];
    rmSync(directory, { recursive: true, force: true });
  });
  const reopen = async () => {
    await current?.close();
    return start();
  };
  return { store: () => current ?? expect.fail('no store is open'), reopen, another };
};

export const storeContract = (name: string, open: OpenStore): void => {
  describe(`${name} keeps what it promises`, () => {
    const { store, reopen, another } = withStore(open);
    describe('writes', () => writesContract(store, reopen));
    describe('the change feed', () => feedContract(store, reopen));
    describe('history', () => historyContract(store, reopen));
    describe('history that is folded and forgotten', () => foldingContract(store, reopen));
    describe('what is said again changes nothing:', () => againContract(store, reopen));
    describe('links', () => linksContract(store));
    describe('links of before', () => pastLinksContract(store));
    describe('registers', () => registersContract(store, reopen));
    describe('reads', () => readsContract(store));
    describe('overviews', () => overviewContract(store));
    describe('who stops waiting', () => waitingContract(store));
    describe('hostile names', () => hostileContract(store, reopen));
    describe('search', () => searchContract(store));
    describe('a move', () => movingContract(store, another));
    describe('random commands', () => commandsContract(store));
    describe('filters', () => filterContract(store));
  });
};
