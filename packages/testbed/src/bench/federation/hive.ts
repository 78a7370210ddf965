/**
 * The rival: Hive Gateway with the router runtime over three subgraphs, each a process of its own, as its makers ship it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { assert } from '@cityweave/core';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { type Contender, stopAll } from './contender.ts';
import { subgraphText } from './hive-schema.ts';
import { freePort, type Program, startProgram } from './program.ts';
import { type AgencyName, agencies } from './workload.ts';

const startSubgraph = (agency: AgencyName): Promise<Program> =>
  startProgram({
    name: `subgraph ${agency}`,
    file: join(import.meta.dirname, 'hive-subgraph.ts'),
    args: [agency],
    environment: { NODE_ENV: 'production' },
    ready: /^\{"address"/,
  });

const addressIn = ({ line }: Program): string => {
  const { address }: { readonly address: string } = JSON.parse(line);
  return address;
};

const compose = (programs: ReadonlyMap<AgencyName, Program>): string => {
  const { supergraphSdl, errors } = composeServices(
    [...programs].map(([name, program]) => ({ name, url: addressIn(program), typeDefs: parse(subgraphText(name)) })),
  );
  assert(supergraphSdl !== undefined, `the subgraphs compose: ${errors?.[0]?.message ?? ''}`);
  return supergraphSdl;
};

const gatewayFile = (): string => join(dirname(createRequire(import.meta.url).resolve('@graphql-hive/gateway')), 'bin.js');

/** With a timeout, as a careful operator would set it; without, as it comes. */
const configText = (timeoutMs: number | undefined): string =>
  `export const gatewayConfig = { logging: 'info', landingPage: false, graphiql: false${timeoutMs === undefined ? '' : `, upstreamTimeout: ${timeoutMs}`} };\n`;

const startGateway = async (
  folder: string,
  supergraph: string,
  timeoutMs: number | undefined,
): Promise<{ readonly program: Program; readonly url: string }> => {
  const [supergraphFile, configFile] = [join(folder, 'supergraph.graphql'), join(folder, `gateway-${timeoutMs ?? 'plain'}.config.mjs`)];
  writeFileSync(supergraphFile, supergraph);
  writeFileSync(configFile, configText(timeoutMs));
  const port = await freePort();
  const args = ['supergraph', supergraphFile, '--host', '127.0.0.1', '--port', String(port), '--hive-router-runtime', '--config-path', configFile];
  const program = await startProgram({
    name: 'Hive Gateway',
    file: gatewayFile(),
    args,
    environment: { NODE_ENV: 'production', FORK: '1' },
    ready: /Listening on/i,
  });
  return { program, url: `http://127.0.0.1:${port}/graphql` };
};

export type Hive = Contender & { /** a second gateway over the same subgraphs, with a timeout */ readonly tuned: (timeoutMs: number) => Promise<Contender> };

export const startHive = async (folder: string): Promise<Hive> => {
  mkdirSync(folder, { recursive: true });
  const subgraphs = new Map<AgencyName, Program>();
  for (const agency of agencies) subgraphs.set(agency, await startSubgraph(agency));
  const supergraph = compose(subgraphs);
  const agency = (name: AgencyName): Program => {
    const program = subgraphs.get(name);
    assert(program !== undefined, 'every agency has a subgraph');
    return program;
  };
  const contenderOf = ({ program, url }: Awaited<ReturnType<typeof startGateway>>, programs: readonly Program[]): Contender => ({
    name: 'Hive Gateway 2.15.1 with router runtime 1.4.23',
    dialect: 'hive',
    url,
    programs,
    agency,
    stop: () => stopAll(programs.includes(program) ? programs : [program]),
  });
  const gateway = await startGateway(folder, supergraph, undefined);
  return {
    ...contenderOf(gateway, [gateway.program, ...subgraphs.values()]),
    tuned: async (timeoutMs) => {
      const second = await startGateway(folder, supergraph, timeoutMs);
      return { ...contenderOf(second, [second.program]), name: `Hive Gateway with a timeout of ${timeoutMs} ms` };
    },
  };
};
