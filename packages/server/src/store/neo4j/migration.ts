/**
 * Migration: takes a space of a Neo4j server from the version that it has to the newest one; whoever opens it at the same time makes the same things.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { fail, ok, problem, type Result } from '@cityweave/core';
import { whole } from '../neo4j-cypher/parameters.ts';
import { readHead } from '../neo4j-cypher/read.ts';
import { fence, migrationsOf, newestSchema, noteVersion, type Space, schemaVersion, unfinishedIndexes } from '../neo4j-cypher/space.ts';
import { convert } from '../neo4j-history/conversion.ts';
import type { Connection } from './connection.ts';
import { checkSchema, isThereAlready } from './failures.ts';

/** The version of a space that is only looked at. */
export const lookAtSchema = async ({ read }: Connection, space: Space): Promise<Result<true>> => {
  const [row] = await read(({ run }) => run(schemaVersion(space)));
  const version = Number(row?.['version'] ?? 0);
  if (version >= newestSchema) return checkSchema(version);
  return fail(
    problem('notFound', {
      subject: 'store of this version in Neo4j',
      found: version === 0 ? 'none' : `schema ${version}`,
      accepted: `schema ${newestSchema}: the node makes it when it starts`,
    }),
  );
};

const schemaAttemptsMax = 5;

/** Processes that open a space at the same time make the same things: what the other one has made by now is there at the next attempt. */
const makeSchema = async (connection: Connection, texts: readonly string[]): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connection.schema(texts);
    } catch (cause) {
      if (attempt === schemaAttemptsMax || !isThereAlready(cause)) return Promise.reject(cause);
    }
  }
};

const indexesWithinMs = 300_000;
const lookAgainMs = 50;

/** Several agencies of a server may make theirs at the same time: nobody holds a transaction open meanwhile. */
const untilFinished = async (connection: Connection, space: Space): Promise<void> => {
  for (let waitedMs = 0; ; waitedMs += lookAgainMs) {
    const unfinished = await connection.command(unfinishedIndexes(space));
    if (unfinished.length === 0) return;
    const failed = unfinished.find(({ state }) => state === 'FAILED') ?? (waitedMs >= indexesWithinMs ? unfinished[0] : undefined);
    if (failed) return Promise.reject(new Error(`the index ${failed['name']} is ${failed['state']} after ${waitedMs} ms`));
    await pause(lookAgainMs);
  }
};

/** Takes the steps that are missing. A newer schema is left alone: an older program would not know what it means. */
export const migrate = async (connection: Connection, space: Space): Promise<Result<number>> => {
  const [row] = await connection.command(schemaVersion(space));
  const version = Number(row?.['version'] ?? 0);
  const known = checkSchema(version);
  if (!known.ok) return known;
  for (const { constraints, indexes } of migrationsOf(space).slice(version)) {
    await makeSchema(connection, constraints);
    await makeSchema(connection, indexes);
  }
  if (version < newestSchema) {
    await untilFinished(connection, space);
    if (version > 0) {
      await connection.write((run) => run(fence(space, whole(newestSchema))));
      await convert(connection, space, version);
    }
    await connection.write((run) => run(noteVersion(space, whole(newestSchema))));
  }
  const [head] = await connection.command(readHead(space));
  return ok(Number(head?.['seq'] ?? 0));
};
