/**
 * The suite that every store passes: what the port promises and engines see differently is fixed here.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { filterContract } from './filter.contract.ts';
import { historyContract } from './history.contract.ts';
import { feedContract, linksContract, readsContract, registersContract } from './reads.contract.ts';
import type { TwinStore } from './store.ts';
import { writesContract } from './writes.contract.ts';

export type OpenStore = (directory: string) => Promise<Result<TwinStore>>;

/** An open store in a folder of its own, anew for every test. */
export const withStore = (open: OpenStore): { readonly store: () => TwinStore; readonly reopen: () => Promise<TwinStore> } => {
  let directory = '';
  let current: TwinStore | undefined;
  const start = async (): Promise<TwinStore> => {
    const opened = await open(directory);
    if (!opened.ok) return expect.fail(`the store does not open: ${opened.problem.kind}`);
    current = opened.value;
    return opened.value;
  };
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'store-'));
    await start();
  });
  afterEach(async () => {
    await current?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const reopen = async () => {
    await current?.close();
    return start();
  };
  return { store: () => current ?? expect.fail('no store is open'), reopen };
};

export const storeContract = (name: string, open: OpenStore): void => {
  describe(`${name} keeps what it promises`, () => {
    const { store, reopen } = withStore(open);
    describe('writes', () => writesContract(store, reopen));
    describe('the change feed', () => feedContract(store, reopen));
    describe('history', () => historyContract(store, reopen));
    describe('links', () => linksContract(store));
    describe('registers', () => registersContract(store, reopen));
    describe('reads', () => readsContract(store));
    describe('filters', () => filterContract(store));
  });
};
