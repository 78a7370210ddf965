/**
 * Connection: drivers that the stores of a process share, bounded transactions, and reads that end as soon as nobody waits for them.
 */
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
import { type Ending, endingSignal, pause, systemDeps } from '../../deps.ts';
import { readWithinMs } from '../in-time.ts';
import type { Cypher } from '../neo4j-cypher/space.ts';
import type { Waiting } from '../store.ts';
import { abortError, untilAborted } from '../waiting.ts';
import { hung } from './failures.ts';
import { createPulse, type Pulse, paces } from './pulse.ts';
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
const writeRetriesWithinMs = 10_000;
const readRetriesWithinMs = 3_000;
const connectionLifetimeMs = 3_600_000;
const fetchedAtOnce = 1_000;

/**
 * How long a server that gives signs of life works at most: at a statement of a read, at a transaction that writes, at what is made or converted in a space, which grows with it.
 * What it has not ended so much later is waited for no longer.
 */
export const serverBounds = { readMs: readWithinMs, writeMs: 60_000, schemaMs: 1_800_000, lateMs: 5_000 } as const;
export type ServerBounds = { readonly [name in keyof typeof serverBounds]: number };

const createDriver = ({ uri, username, password }: Neo4jSettings, connectionsMax = poolMax): Driver =>
  openDriver(uri, username === undefined ? undefined : auth.basic(username, password ?? ''), {
    disableLosslessIntegers: true,
    telemetryDisabled: true,
    maxConnectionPoolSize: connectionsMax,
    maxConnectionLifetime: connectionLifetimeMs,
    connectionTimeout: connectWithinMs,
    connectionAcquisitionTimeout: acquireWithinMs,
    maxTransactionRetryTime: writeRetriesWithinMs,
    fetchSize: fetchedAtOnce,
    userAgent: 'cityweave',
    notificationFilter: { minimumSeverityLevel: 'OFF' },
  });

/** A driver, and what tells whether the server behind it is there. */
export type Line = { readonly driver: Driver; readonly pulse: Pulse };

/** One line a server and user; it ends with the last store that uses it. */
export type Drivers = { readonly take: (settings: Neo4jSettings) => Line & { readonly release: () => Promise<void> } };

const { timers } = systemDeps();

/** Over a connection of its own: those of the pool may all be at work. */
const signOf = async (settings: Neo4jSettings): Promise<unknown> => {
  const driver = createDriver(settings, 1);
  return driver.getServerInfo().finally(() => driver.close());
};

const createLine = (settings: Neo4jSettings): Line => ({ driver: createDriver(settings), pulse: createPulse(timers, () => signOf(settings)) });

/** A server that hangs lets nobody go. */
const releasedWithinMs = 1_000;

export const createDrivers = (): Drivers => {
  const taken = new Map<string, { readonly line: Line; users: number }>();
  const take: Drivers['take'] = (settings) => {
    const key = JSON.stringify([settings.uri, settings.username, settings.password]);
    const entry = taken.get(key) ?? { line: createLine(settings), users: 0 };
    entry.users += 1;
    taken.set(key, entry);
    const release = async (): Promise<void> => {
      entry.users -= 1;
      if (entry.users > 0) return;
      taken.delete(key);
      await inTime(endingSignal(timers, releasedWithinMs), entry.line.driver.close()).catch(() => undefined);
    };
    return { ...entry.line, release };
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
  /** waits for what ends the use of the server, and with less patience where it hangs */
  readonly ending: (work: Promise<unknown>) => Promise<void>;
};

export type Reading = {
  readonly run: Run;
  /** rows one after the other as the server finds them, until `enough` says so */
  readonly each: (statement: Cypher, enough: (row: Row) => boolean) => Promise<void>;
};

/** A server that hangs ends nothing, so we do. Whether it was done stays open. */
const inTime = async <T>({ signal, done }: Ending, work: Promise<T>, stop?: () => void): Promise<T> => {
  try {
    return await untilAborted({ signal }, work, stop);
  } catch (cause) {
    return Promise.reject(signal.aborted ? hung() : cause);
  } finally {
    done();
  }
};

/** To close a session ends its work on the server. */
const letGo = (session: Session): void => void session.close().catch(() => undefined);

/** What the server calls itself. */
export const askAgent = async ({ driver, pulse }: Line, database: string): Promise<string | undefined> => {
  const { agent } = await inTime(pulse.watch(acquireWithinMs + serverBounds.lateMs), driver.getServerInfo({ database }));
  return agent;
};

const rowsOf = async (result: Result): Promise<readonly Row[]> => (await result).records.map((record) => record.toObject());

/** Statements of one read, each by itself on a connection of its own: nothing is gained by a transaction where every statement sees what was committed before it. */
const createReading = (open: () => Session, pulse: Pulse, { readMs, lateMs }: ServerBounds): { readonly reading: Reading; readonly stop: () => void } => {
  const sessions = new Set<Session>();
  let stopped = false;
  const asking = async <T>(ask: (session: Session) => Promise<T>): Promise<T> => {
    if (stopped) return Promise.reject(abortError());
    const session = open();
    sessions.add(session);
    const work = ask(session).finally(() => {
      sessions.delete(session);
      return session.close();
    });
    return inTime(pulse.watch(readMs + lateMs), work, () => letGo(session));
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
    for (const session of sessions) letGo(session);
  };
  return { reading, stop };
};

const firstPauseMs = 50;

/** Where the driver says that it may help, with pauses that double; none begins once the time for it is over. */
const again = async <T>(attempt: () => Promise<T>, asker: Waiting): Promise<T> => {
  const { signal, done } = endingSignal(timers, readRetriesWithinMs, asker.signal);
  try {
    for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
      const told = await attempt().then(
        (value) => ({ value }),
        (cause) => ({ cause }),
      );
      if ('value' in told) return told.value;
      if (!(told.cause instanceof Error && isRetryableError(told.cause))) return await Promise.reject(told.cause);
      await pause(timers, pauseMs, signal);
      if (signal.aborted) return await Promise.reject(told.cause);
    }
  } finally {
    done();
  }
};

export const connect = ({ driver, pulse }: Line, database: string, bounds: ServerBounds = serverBounds): Connection => {
  // a read of this process waits for what this process has written, whichever server of a cluster it comes to
  const bookmarkManager = createBookmarks();
  const { writeMs, schemaMs, lateMs } = bounds;
  const within = <T>(ms: number, work: (session: Session) => Promise<T>): Promise<T> => {
    const session = driver.session({ database, bookmarkManager });
    return inTime(
      pulse.watch(ms + lateMs),
      work(session).finally(() => session.close()),
      () => letGo(session),
    );
  };
  const read: Connection['read'] = async (work, waiting = {}) => {
    if (waiting.signal?.aborted) return Promise.reject(abortError());
    const { reading, stop } = createReading(() => driver.session({ database, bookmarkManager, defaultAccessMode: modes.READ }), pulse, bounds);
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
        : within(writeRetriesWithinMs + writeMs, (session) =>
            session.executeWrite((transaction) => work(({ text, params }) => rowsOf(transaction.run(text, params))), { timeout: writeMs }),
          ),
    command: ({ text, params }) => within(schemaMs, (session) => rowsOf(session.run(text, params, { timeout: schemaMs }))),
    schema: (texts) =>
      within(schemaMs, (session) =>
        session.executeWrite(
          async (transaction) => {
            for (const text of texts) await transaction.run(text);
          },
          { timeout: schemaMs },
        ),
      ),
    read,
    ending: async (work) => {
      await inTime(pulse.watch(writeRetriesWithinMs + writeMs + lateMs, paces.closing), work).catch(() => undefined);
    },
  };
};
