/**
 * Connection: drivers that the stores of a process share, bounded transactions, and reads that end as soon as nobody waits for them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  auth,
  bookmarkManager as createBookmarks,
  type Driver,
  isRetryableError,
  session as modes,
  driver as openDriver,
  type Result,
  type Session,
} from 'neo4j-driver';
import type { Cypher } from '../neo4j-cypher/space.ts';
import type { Waiting } from '../store.ts';
import { abortError, untilAborted } from '../waiting.ts';
import type { Row, Run } from './save.ts';

export type Neo4jSettings = {
  /** neo4j:// asks the server where to go, bolt:// stays with it */
  readonly uri: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database: string;
};

const poolMax = 100;
const connectWithinMs = 5_000;
const acquireWithinMs = 5_000;
const retryWithinMs = 10_000;
const connectionLifetimeMs = 3_600_000;
const fetchedAtOnce = 1_000;

/** How long the server works at most: at a statement of a read, at a transaction that writes, at what is made or converted in a space, which grows with it. */
export const serverBounds = { readMs: 30_000, writeMs: 60_000, schemaMs: 1_800_000 } as const;
export type ServerBounds = { readonly [name in keyof typeof serverBounds]: number };

const createDriver = ({ uri, username, password }: Neo4jSettings): Driver =>
  openDriver(uri, username === undefined ? undefined : auth.basic(username, password ?? ''), {
    disableLosslessIntegers: true,
    telemetryDisabled: true,
    maxConnectionPoolSize: poolMax,
    maxConnectionLifetime: connectionLifetimeMs,
    connectionTimeout: connectWithinMs,
    connectionAcquisitionTimeout: acquireWithinMs,
    maxTransactionRetryTime: retryWithinMs,
    fetchSize: fetchedAtOnce,
    userAgent: 'cityweave',
    notificationFilter: { minimumSeverityLevel: 'OFF' },
  });

/** One driver a server and user; it ends with the last store that uses it. */
export type Drivers = { readonly take: (settings: Neo4jSettings) => { readonly driver: Driver; readonly release: () => Promise<void> } };

export const createDrivers = (): Drivers => {
  const taken = new Map<string, { readonly driver: Driver; users: number }>();
  const take: Drivers['take'] = (settings) => {
    const key = JSON.stringify([settings.uri, settings.username, settings.password]);
    const entry = taken.get(key) ?? { driver: createDriver(settings), users: 0 };
    entry.users += 1;
    taken.set(key, entry);
    const release = async (): Promise<void> => {
      entry.users -= 1;
      if (entry.users > 0) return;
      taken.delete(key);
      await entry.driver.close();
    };
    return { driver: entry.driver, release };
  };
  return { take };
};

export type Connection = {
  /** one transaction, tried again where the server says that it may help: the work must be able to begin anew. Once it has begun it is carried through */
  readonly write: <T>(work: (run: Run) => Promise<T>, waiting?: Waiting) => Promise<T>;
  /** outside of a transaction of ours: schema, and waiting for indexes */
  readonly command: (statement: Cypher) => Promise<readonly Row[]>;
  readonly schema: (texts: readonly string[]) => Promise<void>;
  readonly read: <T>(work: (reading: Reading) => Promise<T>, waiting?: Waiting) => Promise<T>;
};

export type Reading = {
  readonly run: Run;
  /** rows one after the other as the server finds them, until `enough` says so */
  readonly each: (statement: Cypher, enough: (row: Row) => boolean) => Promise<void>;
};

const rowsOf = async (result: Result): Promise<readonly Row[]> => (await result).records.map((record) => record.toObject());

/** Statements of one read, each by itself on a connection of its own: nothing is gained by a transaction where every statement sees what was committed before it. */
const createReading = (open: () => Session, readMs: number): { readonly reading: Reading; readonly stop: () => void } => {
  const sessions = new Set<Session>();
  let stopped = false;
  const asking = async <T>(ask: (session: Session) => Promise<T>): Promise<T> => {
    if (stopped) return Promise.reject(abortError());
    const session = open();
    sessions.add(session);
    try {
      return await ask(session);
    } finally {
      sessions.delete(session);
      await session.close();
    }
  };
  const bounded = { timeout: readMs };
  const reading: Reading = {
    run: ({ text, params }) => asking((session) => rowsOf(session.run(text, params, bounded))),
    each: ({ text, params }, enough) =>
      asking(async (session) => {
        for await (const record of session.run(text, params, bounded)) if (enough(record.toObject())) break;
      }),
  };
  const stop = (): void => {
    stopped = true;
    for (const session of sessions) void session.close().catch(() => undefined);
  };
  return { reading, stop };
};

const readAttemptsMax = 7;
const firstPauseMs = 50;

/** Where the driver says that it may help; with pauses that double, three seconds in all. */
const again = async <T>(attempt: () => Promise<T>, { signal }: Waiting, made = 1): Promise<T> => {
  try {
    return await attempt();
  } catch (cause) {
    if (made === readAttemptsMax || signal?.aborted || !(cause instanceof Error && isRetryableError(cause))) return Promise.reject(cause);
  }
  await pause(firstPauseMs * 2 ** (made - 1));
  return again(attempt, { signal }, made + 1);
};

export const connect = (driver: Driver, database: string, { readMs, writeMs, schemaMs }: ServerBounds = serverBounds): Connection => {
  // a read of this process waits for what this process has written, whichever server of a cluster it comes to
  const bookmarkManager = createBookmarks();
  const within = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = driver.session({ database, bookmarkManager });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  const read: Connection['read'] = async (work, waiting = {}) => {
    if (waiting.signal?.aborted) return Promise.reject(abortError());
    const { reading, stop } = createReading(() => driver.session({ database, bookmarkManager, defaultAccessMode: modes.READ }), readMs);
    // closing its sessions ends the work on the server
    return untilAborted(
      waiting,
      again(() => work(reading), waiting),
      stop,
    );
  };
  return {
    write: async (work, waiting) =>
      waiting?.signal?.aborted
        ? Promise.reject(abortError())
        : within((session) => session.executeWrite((transaction) => work(({ text, params }) => rowsOf(transaction.run(text, params))), { timeout: writeMs })),
    command: ({ text, params }) => within((session) => rowsOf(session.run(text, params, { timeout: schemaMs }))),
    schema: (texts) =>
      within((session) =>
        session.executeWrite(
          async (transaction) => {
            for (const text of texts) await transaction.run(text);
          },
          { timeout: schemaMs },
        ),
      ),
    read,
  };
};
