/**
 * A process that writes until it is killed, for the tests of what survives: prints the number of each batch once it is acknowledged.
 * `crash-writer.ts FIRST DIRECTORY` writes to an embedded store, `crash-writer.ts FIRST URI AUTHORITY [WRITER]` to Neo4j.
 */
import { soleWriter, writeBatch } from './crash.contract.ts';
import { openNeo4jStore } from './neo4j/neo4j.ts';
import { credentials, deps, drivers } from './neo4j/trial-server.ts';
import { openSqliteStore } from './sqlite/sqlite.ts';

const [, , first = '1', place = '', authority, writer = soleWriter] = process.argv;
const opened = authority
  ? await openNeo4jStore({ settings: { uri: place, ...credentials() }, authority, deps, drivers })
  : await openSqliteStore({ directory: place, clock: deps.clock });

const writeOn = async (batch: number): Promise<void> => {
  if (!opened.ok) return;
  if (await writeBatch(opened.value, writer, batch)) process.stdout.write(`${batch}\n`);
  return writeOn(batch + 1);
};

await writeOn(Number(first));
