/**
 * A process that writes until it is killed, for the test of what survives: prints the number of each batch once it is acknowledged.
 */
import { systemDeps } from '../../deps.ts';
import { at, put } from '../twins.contract.ts';
import { openSqliteStore } from './sqlite.ts';

const [, , directory = ''] = process.argv;
const opened = await openSqliteStore({ directory, clock: systemDeps().clock });

const writeOn = async (batch: number): Promise<void> => {
  if (!opened.ok) return;
  const commands = Array.from({ length: 20 }, (_, index) => put(`${batch}-${index}`, { position: [index, batch % 90], name: `of batch ${batch}` }));
  const outcomes = await opened.value.apply(commands, { at });
  if (outcomes.every(({ ok }) => ok)) process.stdout.write(`${batch}\n`);
  return writeOn(batch + 1);
};

await writeOn(1);
