/**
 * Connection: drivers that the stores of a process share, bounded transactions, and reads that end as soon as nobody waits for them.
 */
import { auth, bookmarkManager as createBookmarks, type Driver, type ManagedTransaction, driver as openDriver, type Session } from 'neo4j-driver';
import type { Cypher } from '../neo4j-cypher/space.ts';
import type { Waiting } from '../store.ts';
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
const readWithinMs = 30_000;
const writeWithinMs = 60_000;
const fetchedAtOnce = 1_000;

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

export const abortError = (): DOMException => new DOMException('nobody waits for the answer any more', 'AbortError');

export type Connection = {
  /** one transaction, tried again where the server says that it may help: the work must be able to begin anew */
  readonly write: <T>(work: (run: Run) => Promise<T>) => Promise<T>;
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

const runIn =
  (transaction: ManagedTransaction): Run =>
  async ({ text, params }) =>
    (await transaction.run(text, params)).records.map((record) => record.toObject());

const eachIn =
  (transaction: ManagedTransaction): Reading['each'] =>
  async ({ text, params }, enough) => {
    for await (const record of transaction.run(text, params)) if (enough(record.toObject())) break;
  };

/** Ends the wait at once; closing the session ends the work on the server. */
const untilAborted = <T>({ signal }: Waiting, session: Session, reading: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      void session.close().catch(() => undefined);
      reject(abortError());
    };
    signal?.addEventListener('abort', stop, { once: true });
    reading.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });

export const connect = (driver: Driver, database: string): Connection => {
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
  const reading = <T>(session: Session, work: (reading: Reading) => Promise<T>, waiting: Waiting): Promise<T> =>
    session.executeRead(
      (transaction) => (waiting.signal?.aborted ? Promise.reject(abortError()) : work({ run: runIn(transaction), each: eachIn(transaction) })),
      { timeout: readWithinMs },
    );
  return {
    write: (work) => within((session) => session.executeWrite((transaction) => work(runIn(transaction)), { timeout: writeWithinMs })),
    command: ({ text, params }) => within(async (session) => (await session.run(text, params)).records.map((record) => record.toObject())),
    schema: (texts) =>
      within((session) =>
        session.executeWrite(async (transaction) => {
          for (const text of texts) await transaction.run(text);
        }),
      ),
    read: async (work, waiting = {}) => {
      if (waiting.signal?.aborted) return Promise.reject(abortError());
      return within((session) => untilAborted(waiting, session, reading(session, work, waiting)));
    },
  };
};
