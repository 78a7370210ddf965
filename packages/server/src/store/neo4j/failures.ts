/**
 * Failures: what the driver and the server say, as problems that tell an operator what to do.
 * The server's texts may quote what is kept, so of most failures only the code goes on.
 */
import { fail, ok, type Problem, problem, type Result, withoutUser } from '@cityweave/core';
import { Neo4jError } from 'neo4j-driver';
import { newestSchema } from '../neo4j-cypher/space.ts';
import { unanswered, unansweredProblem } from '../unanswered.ts';

const codeOf = (cause: unknown): string => (cause instanceof Neo4jError ? cause.code : '');

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

type Row = { readonly form: RegExp; readonly told: (code: string, message: string) => Problem };

const store = 'store';

const away = problem('unavailable', { subject: store, found: 'Neo4j does not answer' });

/** The server is there, and did not end in time what it was asked. */
export const hung = (): Error => unanswered(away);

/** What the driver says of itself has this code. */
const ofDriver = 'N/A';

/** By the code; the first that fits. */
const table: readonly Row[] = [
  {
    form: /Security\.(Unauthorized|CredentialsExpired|TokenExpired)$/,
    told: () =>
      problem('badConfiguration', {
        subject: 'store.username, store.password',
        found: 'a name or password that Neo4j does not take',
        accepted: 'those of a user of the server (NEO4J_USERNAME, NEO4J_PASSWORD or NEO4J_PASSWORD_FILE)',
      }),
  },
  {
    form: /Security\.AuthenticationRateLimit$/,
    told: () => problem('unavailable', { subject: store, found: 'Neo4j takes no more passwords for a while: too many were wrong' }),
  },
  {
    form: /ReadOnly|NotALeader$/,
    told: (code) =>
      problem('unavailable', {
        subject: store,
        found: `a database that may only be read (${code})`,
        accepted: 'a database that takes writes: server.databases.read_only and server.databases.default_to_read_only of the server say which do not',
      }),
  },
  {
    form: /(OutOfMemory\w*|MemoryPoolOutOfMemory\w*|TransactionMemoryLimit|StackOverFlowError)$/,
    told: (code) =>
      problem('overloaded', {
        subject: store,
        found: `Neo4j is short of memory (${code})`,
        accepted: 'smaller batches, or more memory for the server: server.memory.heap.max_size, db.memory.transaction.max',
      }),
  },
  {
    form: /(TransactionTimedOut\w*|LockAcquisitionTimeout|TransactionTimedOutClientConfiguration)$/,
    told: (code) => problem('timedOut', { subject: store, found: code }),
  },
  {
    form: /DatabaseNotFound$/,
    told: () => problem('badConfiguration', { subject: 'store.database', found: 'no such database', accepted: 'neo4j, the one database of Community' }),
  },
  {
    form: /^(ServiceUnavailable|SessionExpired)$|DatabaseUnavailable$/,
    told: () => away,
  },
  {
    form: new RegExp(`^${ofDriver}$`),
    told: (_, message) => (/acquisition timed out/.test(message) ? away : problem('unavailable', { subject: store, found: message })),
  },
  { form: /./, told: (code) => problem('unavailable', { subject: store, found: `Neo4j: ${code}` }) },
];

/** What is not of the driver is a bug of ours or of a library, told by its message. */
export const problemOf = (cause: unknown): Problem => {
  const known = unansweredProblem(cause);
  if (known) return known;
  const code = codeOf(cause);
  const found = table.find(({ form }) => form.test(code));
  return found?.told(code, messageOf(cause)) ?? problem('unavailable', { subject: store, found: messageOf(cause) });
};

/** What whoever asks is rejected with; a statement that the server does not understand is a bug of ours and stays what it is. */
export const rejectionOf = (cause: unknown): unknown =>
  cause instanceof Neo4jError && !/^Neo\.ClientError\.(Statement|Schema|Procedure)/.test(cause.code) ? unanswered(problemOf(cause)) : cause;

/** The batch itself is at fault, not the server's state: the others of its group can be taken without it. */
export const isRefusal = (cause: unknown): boolean => /^Neo\.(Client|Database)Error\.(Statement|Schema)|OutOfMemory/.test(codeOf(cause));

/** Nobody else need try: the server was tried for as long as anybody waits for it. */
export const isAway = (cause: unknown): boolean => problemOf(cause) === away;

export const isThereAlready = (cause: unknown): boolean => /^Neo\.ClientError\.Schema\.\w*AlreadyExists$/.test(codeOf(cause));

/** When a store is opened, whoever reads the problem has the address in their own settings. */
export const problemOfOpening = (cause: unknown, address: string): Problem => {
  const subject = 'store.uri';
  const [uri, found] = [address, messageOf(cause)].map(withoutUser);
  const accepted = 'the bolt:// or neo4j:// address of a running server (NEO4J_URI); `pnpm neo4j start` runs one for trials';
  if (isAway(cause)) return problem('unavailable', { subject, found: `no Neo4j that answers at ${uri}`, accepted });
  if (codeOf(cause) !== ofDriver) return problemOf(cause);
  if (/responded HTTP/.test(messageOf(cause))) return problem('badConfiguration', { subject, found: `HTTP at ${uri}`, accepted });
  return problem('unavailable', { subject, found, accepted });
};

const oldest = { major: 5, minor: 26 } as const;

/** The server names itself `Neo4j/5.26.29`. Versions by year are newer than all before them. */
export const checkServer = (agent: string | undefined): Result<string> => {
  const [, name = '', major = '0', minor = '0'] = /^(\w+)\/(\d+)\.(\d+)/.exec(agent ?? '') ?? [];
  const isRecent = Number(major) > oldest.major || (Number(major) === oldest.major && Number(minor) >= oldest.minor);
  if (name === 'Neo4j' && isRecent) return ok(agent ?? '');
  return fail(
    problem('unsupportedVersion', {
      subject: 'server of the store',
      found: agent ?? 'a server without a name',
      accepted: `Neo4j ${oldest.major}.${oldest.minor} or newer`,
    }),
  );
};

const tooNew = (version: number): Problem =>
  problem('unsupportedVersion', {
    subject: 'store in Neo4j',
    found: `schema ${version}`,
    accepted: `up to schema ${newestSchema}: use a newer cityweave`,
  });

/** A program that does not know what a newer one has made of the space writes no more. */
export const checkSchema = (schema: unknown): Result<true> => (Number(schema ?? 0) > newestSchema ? fail(tooNew(Number(schema))) : ok(true));
