/**
 * Store settings: where a node keeps its twins, from its file and, over it, from the environment.
 */
import { readFile } from 'node:fs/promises';
import { acceptedBy, fail, ok, problem, type Result, TermId } from '@cityweave/core';
import { z } from 'zod';

/** How long a store keeps what was. */
const Retention = z.strictObject({
  /** changes of the log that stay: subscribers who stayed away longer take a new snapshot */
  changes: z.int().min(0).default(1_000_000),
  /** samples stay as they are for so long, then they are folded */
  recentHours: z.number().min(0).default(6),
  /** what held no more so long ago is forgotten; kept for good where absent */
  historyDays: z.number().positive().optional(),
  /** the same for twins of some kinds, whatever holds for the others; kept for good where no days are given */
  kinds: z.record(TermId, z.strictObject({ historyDays: z.number().positive().optional() })).optional(),
});

export const StoreSettings = z.strictObject({
  /** `sqlite`: a file in the node's folder; `neo4j`: a server. CITYWEAVE_STORE goes over it */
  adapter: z.enum(['sqlite', 'neo4j']).default('sqlite'),
  /** of sqlite: `normal` may lose the last commits when the power fails */
  synchronous: z.enum(['full', 'normal']).default('full'),
  /** of neo4j: neo4j:// or bolt://, also +s and +ssc for TLS. NEO4J_URI goes over it */
  uri: z
    .string()
    .regex(/^(neo4j|bolt)(\+s|\+ssc)?:\/\/[^\s@]+$/, 'neo4j://host:port or bolt://host:port, without a name and password: NEO4J_USERNAME, NEO4J_PASSWORD')
    .optional(),
  /** NEO4J_USERNAME goes over it */
  username: z.string().optional(),
  /** better not in the file: NEO4J_PASSWORD, or a file that has it alone: `passwordFile`, NEO4J_PASSWORD_FILE */
  password: z.string().optional(),
  passwordFile: z.string().optional(),
  /** NEO4J_DATABASE goes over it; Community has one */
  database: z.string().default('neo4j'),
  retention: Retention.prefault({}),
});
export type StoreSettings = z.infer<typeof StoreSettings>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of the environment, by what they go over. An empty one is one that is not set. */
const names = {
  adapter: 'CITYWEAVE_STORE',
  uri: 'NEO4J_URI',
  username: 'NEO4J_USERNAME',
  password: 'NEO4J_PASSWORD',
  passwordFile: 'NEO4J_PASSWORD_FILE',
  database: 'NEO4J_DATABASE',
} as const;

const fromEnvironment = (environment: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(names).flatMap(([key, name]) => (environment[name] ? [[key, environment[name]]] : [])));

const unfit = (found: string, accepted: string, subject = 'store') => fail(problem('badConfiguration', { subject, found, accepted }));

const readPassword = async (settings: StoreSettings): Promise<Result<StoreSettings>> => {
  const { passwordFile, password } = settings;
  if (passwordFile === undefined || password !== undefined) return ok(settings);
  const text = await readFile(passwordFile, 'utf8').catch(() => undefined);
  return text === undefined
    ? unfit('a file that cannot be read', 'a file with the password alone (NEO4J_PASSWORD_FILE, store.passwordFile)', 'store.passwordFile')
    : ok({ ...settings, password: text.trim() });
};

/** What the environment says goes over what the file says: a file that has the password, too, over a password. */
export const settleStore = async (given: StoreSettings, environment: Environment): Promise<Result<StoreSettings>> => {
  const said = fromEnvironment(environment);
  const parsed = StoreSettings.safeParse({ ...given, ...(said['passwordFile'] && { password: undefined }), ...said });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return unfit(`${names[issue?.path[0] as keyof typeof names] ?? 'a setting'} that does not fit`, issue ? acceptedBy(issue) : 'another value'); // branding: keys of the schema
  }
  const settled = parsed.data;
  if (settled.adapter === 'sqlite') return ok(settled);
  if (settled.uri === undefined) return unfit('neo4j without an address', 'NEO4J_URI, or uri: in the node file', 'store.uri');
  return readPassword(settled);
};
