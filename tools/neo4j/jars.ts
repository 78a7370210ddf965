/**
 * Jars: Neo4j Community from its Maven artifact, fetched once into a folder of this project that git ignores. A process apart (GPLv3): nothing of it is part of the product.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Exact: Maven's own lists of versions lag behind what can be had. */
export const neo4jVersion = '5.26.29';

const cache = join(import.meta.dirname, '../../node_modules/.cache/neo4j');
export const jarsFolder = join(cache, `lib-${neo4jVersion}`);

const project = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId> <artifactId>neo4j-server</artifactId> <version>1</version> <packaging>pom</packaging>
  <dependencies> <dependency> <groupId>org.neo4j</groupId> <artifactId>neo4j</artifactId> <version>${neo4jVersion}</version> </dependency> </dependencies>
</project>
`;

const fetchWithinMs = 600_000;

const answers = (command: string, argument: string): boolean => spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;

const oldestJava = 17;

/** `openjdk version "17.0.19"`, `java version "1.8.0_292"`: the number by which a Java is known; 0 where the text names none. */
export const javaIn = (text: string): number => {
  const [, major = '0', minor = '0'] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return Number(major === '1' ? minor : major);
};

const lackingJava = (): readonly string[] => {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (status !== 0) return [`Java ${oldestJava} (command java)`];
  const found = javaIn(stderr);
  return found >= oldestJava ? [] : [`Java ${oldestJava} or newer (the command java is of Java ${found})`];
};

/** What this machine lacks to run a server, in words for whoever has to install it. */
export const missing = (): readonly string[] => [...lackingJava(), ...(existsSync(jarsFolder) || answers('mvn', '-v') ? [] : ['Maven (command mvn)'])];

const copyJars = (folder: string, offline: boolean): string => {
  const goal = ['-B', '-q', ...(offline ? ['-o'] : []), 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(folder, 'lib')}`];
  const { status, stdout, stderr } = spawnSync('mvn', goal, { cwd: folder, encoding: 'utf8', timeout: fetchWithinMs });
  return status === 0 ? '' : `${stdout}${stderr}`.trim() || 'mvn did not end in time';
};

/** First from Maven's own cache, then from its repository; there whole or not at all. Says what went wrong, else nothing. */
export const fetchJars = (): string => {
  if (existsSync(jarsFolder)) return '';
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fetching-'));
  writeFileSync(join(folder, 'pom.xml'), project);
  const failed = copyJars(folder, true) && copyJars(folder, false);
  // another process may have been faster: its folder is as good
  if (failed === '' && !existsSync(jarsFolder)) renameSync(join(folder, 'lib'), jarsFolder);
  rmSync(folder, { recursive: true, force: true });
  return failed;
};
