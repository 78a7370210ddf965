/**
 * The repository as its rules see it: source files with their package, room and imports, comments and texts taken out of the code.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = join(import.meta.dirname, '../..');

export type SourceFile = {
  /** from the root, with forward slashes */
  readonly path: string;
  /** folder under `packages` */
  readonly home: string;
  /** first folder under `src`, or the name of a file that lies there itself */
  readonly room: string;
  readonly text: string;
  /** without comments */
  readonly code: string;
  /** without comments and without the content of quoted texts */
  readonly bare: string;
  readonly imports: readonly string[];
};

export const exists = (path: string): boolean => existsSync(join(root, path));

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export const list = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: root, exclude: ['**/node_modules/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted();

const lexeme = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

const strip = (text: string, keepTexts: boolean): string =>
  text.replace(lexeme, (found) => {
    if (found.startsWith('/')) return found.replace(/[^\n]/g, ' ');
    return keepTexts || found.startsWith('`') ? found : "''";
  });

const importForm =
  /(?:^|\n|;)\s*(?:import|export)\b[^;'"`]*?\bfrom\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|new URL\(\s*'(\.[^']+)'\s*,\s*import\.meta/g;

const importsOf = (code: string): readonly string[] => [...code.matchAll(importForm)].map(([, a, b, c, d]) => a ?? b ?? c ?? d ?? '');

const sourceFile = (path: string): SourceFile => {
  const text = read(path);
  const code = strip(text, true);
  const [, home = '', , room = ''] = path.split('/');
  return { path, home, room: room.replace(/(\.d)?\.ts$/, ''), text, code, bare: strip(text, false), imports: importsOf(code) };
};

const isTest = (path: string): boolean => /\.(test|contract)\.ts$|\/(trial[a-z-]*|crash-writer)\.ts$/.test(path);

const all = list('packages/*/src/**/*.ts');

/** What a node runs: core and server without their tests. */
export const product: readonly SourceFile[] = all.filter((path) => !isTest(path) && /^packages\/(core|server)\//.test(path)).map(sourceFile);

/** What is built around the product: the testbed and the tools. */
export const around: readonly SourceFile[] = [...all.filter((path) => path.startsWith('packages/testbed/')), ...list('tools/**/*.ts')]
  .filter((path) => !isTest(path))
  .map(sourceFile);

export const testTexts: readonly string[] = [...all.filter(isTest), ...list('packages/testbed/src/**/*.ts')].map(read);

/** Where a relative import of a file leads, from the root. */
export const targetOf = (file: SourceFile, specifier: string): string => normalize(join(dirname(file.path), specifier)).replaceAll('\\', '/');

/** The room that a relative import leads to. */
export const roomOf = (path: string): string => (path.split('/')[3] ?? '').replace(/(\.d)?\.ts$/, '');

/** Names exported by a file, each once: a schema and the type of the same name are one word. */
export const exportedNames = (file: SourceFile): readonly string[] => [
  ...new Set(
    [...file.bare.matchAll(/^export\s+(?:declare\s+)?(?:const|let|type|async\s+function|function\*?)\s+([A-Za-z_$][\w$]*)/gm)].map(([, name]) => name ?? ''),
  ),
];

/** `FeatureInformation`, `feature-information` and `featureInformation` as `feature-information`. */
export const wordsOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/[._]/g, '-')
    .toLowerCase();

/** Rows of the tables of a Markdown file, as trimmed cells, headings left out. */
export const tableRows = (markdown: string): readonly (readonly string[])[] =>
  markdown
    .split('\n')
    .filter((line, index, lines) => line.startsWith('|') && !/^\|[\s:|-]+$/.test(line) && !/^\|[\s:|-]+$/.test(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    );
