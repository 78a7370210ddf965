/**
 * The compose file as Docker Compose reads it: parsed, with its variables filled in from an environment.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { read } from '../architecture/repository.ts';

const Service = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.string(), dockerfile_inline: z.string() }).optional(),
  restart: z.string(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).optional(),
  network_mode: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  command: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
  healthcheck: z.strictObject({
    test: z.tuple([z.enum(['CMD', 'CMD-SHELL']), z.string()], z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.int(),
    start_period: z.string(),
  }),
  stop_grace_period: z.string(),
});

const ComposeFile = z.strictObject({ services: z.strictObject({ neo4j: Service, node: Service }), volumes: z.record(z.string(), z.null()) });
export type ComposeFile = z.infer<typeof ComposeFile>;
export type Service = z.infer<typeof Service>;

export const composeText = read('compose.yaml');

type Environment = Readonly<Record<string, string>>;

const escapedOrNamed = /\$\$|\$\{\w+(?::[-?][^}]*)?\}/g;
const named = /^\$\{(\w+)(?::([-?])(.*))?\}$/s;

/** `$$` is one; a variable that is not set has its default, or its sentence is said. */
const valueOf = (found: string, environment: Environment): string => {
  const [, name, kind, rest = ''] = named.exec(found) ?? [];
  if (name === undefined) return '$';
  const value = environment[name] || (kind === '-' ? rest : undefined);
  if (value === undefined) throw new Error(`${name}: ${rest}`);
  return value;
};

const fillText = (text: string, environment: Environment): string => text.replace(escapedOrNamed, (found) => valueOf(found, environment));

const fill = (raw: unknown, environment: Environment): unknown => {
  if (typeof raw === 'string') return fillText(raw, environment);
  if (Array.isArray(raw)) return raw.map((part) => fill(part, environment));
  if (typeof raw !== 'object' || raw === null) return raw;
  return Object.fromEntries(Object.entries(raw).map(([key, part]) => [key, fill(part, environment)]));
};

/** An error where a variable without default is not set, or a key is one that the file had not when this was written. */
export const composeWith = (environment: Environment): ComposeFile => ComposeFile.parse(fill(parse(composeText), environment));

/** Of `published:container`, as `127.0.0.1:7687:7687` is, the address on the machine and the port within. */
export const portOf = (published: string): { readonly host: string; readonly port: number; readonly within: number } => {
  const [within = '', port = '', host = '0.0.0.0'] = published.split(':').toReversed();
  return { host, port: Number(port), within: Number(within) };
};

export type Mount = { readonly source: string; readonly target: string };

export const mountsOf = ({ volumes }: Service): readonly Mount[] =>
  volumes.map((volume) => {
    const [source = '', target = ''] = volume.replace(/:ro$/, '').split(':');
    return { source, target };
  });
