/**
 * A process that writes until it is killed, for the test of what survives: prints the number of each batch once it is acknowledged.
 */
import { addMs } from '@cityweave/core';
import { systemDeps } from '../../deps.ts';
import type { Command } from '../store.ts';
import { at, put, twin, twinId } from '../twins.contract.ts';
import { openSqliteStore } from './sqlite.ts';

const [, , directory = '', first = '1'] = process.argv;
const opened = await openSqliteStore({ directory, clock: systemDeps().clock });

/** The number of the batch as a value of one twin, so that its history tells of every batch. */
const counter = (batch: number): Command => {
  const then = addMs(at, batch);
  const counted = twin(twinId('counter'), { values: { 'city:batch': { value: batch } } });
  return { op: 'putTwin', twin: { ...counted, provenance: { ...counted.provenance, observedAt: then, recordedAt: then } } };
};

const writeOn = async (batch: number): Promise<void> => {
  if (!opened.ok) return;
  const commands = Array.from({ length: 20 }, (_, index) => put(`${batch}-${index}`, { position: [index, batch % 90], name: `of batch ${batch}` }));
  const outcomes = await opened.value.apply([...commands, counter(batch)], { at });
  if (outcomes.every(({ ok }) => ok)) process.stdout.write(`${batch}\n`);
  return writeOn(batch + 1);
};

await writeOn(Number(first));
