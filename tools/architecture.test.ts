/**
 * The house as its rules see it: arrows between rooms, one home a power, words, bounds, and tables that must be complete.
 */
import { describe, expect, it } from 'vitest';
import {
  around,
  exists,
  exportedNames,
  list,
  product,
  read,
  roomOf,
  type SourceFile,
  tableRows,
  targetOf,
  testTexts,
  wordsOf,
} from './architecture/repository.ts';
import { bounds, coreArrows, powers, problemsWithoutTest, roomsWithoutCatch, serverArrows, tables, termsOfOthers, wordsNotUsed } from './architecture/rules.ts';

const relativeImports = (file: SourceFile) => file.imports.filter((specifier) => specifier.startsWith('.')).map((specifier) => targetOf(file, specifier));

const wrongArrows = (home: string, arrows: Readonly<Record<string, readonly string[]>>): readonly string[] =>
  product
    .filter((file) => file.home === home)
    .flatMap((file) => relativeImports(file).map((target) => ({ file, room: roomOf(target) })))
    .filter(({ file, room }) => room !== file.room && !arrows[file.room]?.includes(room))
    .map(({ file, room }) => `${file.path} imports ${room}`);

const usersOf = (form: RegExp, homes: readonly string[], inTexts: boolean): readonly string[] =>
  product
    .filter((file) => !homes.some((home) => file.path.startsWith(`packages/${home}`)) && form.test(inTexts ? file.code : file.bare))
    .map(({ path }) => path);

describe('arrows', () => {
  it('every room is in the table', () => {
    const known = { core: coreArrows, server: serverArrows };
    const rooms = product.map(({ home, room }) => ({ home, room, known: Object.keys(home === 'core' ? known.core : known.server) }));
    expect(rooms.filter((row) => !row.known.includes(row.room)).map(({ home, room }) => `${home}: ${room}`)).toEqual([]);
  });
  it('core sees only what stands above it', () => expect(wrongArrows('core', coreArrows)).toEqual([]));
  it('rooms of the server see only those that they build on; registry and orchestration do not know one another', () =>
    expect(wrongArrows('server', serverArrows)).toEqual([]));
  it('core asks nothing of the platform', () => {
    const found = product.filter(({ home, imports }) => home === 'core' && imports.some((specifier) => specifier.startsWith('node:')));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
  it('the compiler knows of no platform where core is checked', () => {
    expect(read('packages/core/tsconfig.json')).not.toMatch(/"(types|lib)"/);
    expect(read('tsconfig.base.json')).toMatch(/"lib": \["es2024"\],\s+"types": \[\],/);
  });
  it('packages meet only at their public names', () => {
    const found = [...product, ...around].filter((file) =>
      relativeImports(file).some(
        (target) =>
          !target.startsWith(
            file.path
              .split('/')
              .slice(0, file.path.startsWith('packages/') ? 2 : 1)
              .join('/'),
          ),
      ),
    );
    const isPublic = (specifier: string): boolean => {
      const [, name, part] = /^@cityweave\/([a-z]+)\/(.+)$/.exec(specifier) ?? [];
      return name === undefined || Object.hasOwn(JSON.parse(read(`packages/${name}/package.json`)).exports, `./${part}`);
    };
    const deep = [...product, ...around].filter(({ imports }) => !imports.every(isPublic));
    expect([...found, ...deep].map(({ path }) => path)).toEqual([]);
  });
  it('tools read the repository and import none of it', () => {
    const found = around.filter(({ path, imports }) => path.startsWith('tools/') && imports.some((specifier) => specifier.startsWith('@cityweave/')));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});

describe('one home a power', () => {
  it.each(powers)('$name', ({ form, homes, inTexts = false }) => expect(usersOf(form, homes, inTexts)).toEqual([]));
  it('what is thrown is caught where a foreign library is touched, or at an edge', () => {
    const found = product.filter(({ home, room, bare }) => home === 'server' && roomsWithoutCatch.includes(room) && /\}\s*catch\b/.test(bare));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
  it('a type is asserted only with its reason beside it', () => {
    const bareAssertion = (file: SourceFile): readonly string[] => {
      const lines = file.text.split('\n');
      const explained = /\/\/.*\bbrand/.test(file.text);
      return file.bare
        .split('\n')
        .map((line, index) => ({ line, at: index + 1, commented: /\/\/|\*\//.test(`${lines[index]}${lines[index - 1] ?? ''}`) }))
        .filter(
          ({ line, commented }) =>
            !(commented || explained) &&
            /[\w)\]}'] as (?=[A-Z{(]|readonly\b|string\b|number\b|boolean\b|unknown\b|keyof\b|typeof\b|never\b)/.test(line) &&
            !/^\s*(import|export \{|\w+ as \w+,$)/.test(line),
        )
        .map(({ at }) => `${file.path}:${at}`);
    };
    expect(product.flatMap(bareAssertion)).toEqual([]);
  });
  it('there are no classes of our own', () => expect(usersOf(/(^|\s)class\s+[A-Z]/, [], false)).toEqual([]));
  it('no check of the compiler is silenced', () =>
    expect(product.filter(({ text }) => /@ts-(ignore|expect-error|nocheck)/.test(text)).map(({ path }) => path)).toEqual([]));
});

describe('words', () => {
  const namesNothing = (name: string): boolean => {
    const words = termsOfOthers.reduce((left, term) => left.replace(term, ''), wordsOf(name)).split('-');
    return words.some((word) => wordsNotUsed.includes(word));
  };
  it('no file is named by a word that names nothing', () =>
    expect(
      [...product, ...around]
        .map(({ path }) => path)
        .filter((path) =>
          path
            .split('/')
            .slice(1)
            .some((part) => namesNothing(part.replace(/\.ts$/, ''))),
        ),
    ).toEqual([]));
  it('no exported name holds such a word', () =>
    expect(
      product.flatMap((file) =>
        exportedNames(file)
          .filter(namesNothing)
          .map((name) => `${file.path}: ${name}`),
      ),
    ).toEqual([]));
});

/** What the file is and which promise it keeps, in three lines at most. */
const prologue = /^(#!.*\n)?\/\*\*(\n( \* .*\n){1,3} | .* )\*\//;

describe('bounds', () => {
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  it('a folder is seen at a glance', () => {
    const counted = Map.groupBy(product, ({ path }) => folderOf(path));
    expect([...counted].filter(([, files]) => files.length > bounds.filesPerFolder).map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([]);
    expect(product.filter(({ path }) => path.split('/').length - 4 > bounds.foldersDeep).map(({ path }) => path)).toEqual([]);
  });
  it('a file exports few names beside its nouns', () => {
    const valuesOf = (file: SourceFile): readonly string[] => exportedNames(file).filter((name) => /^[a-z]/.test(name));
    const crowded = product.filter((file) => file.room !== 'index' && !tables[file.path] && valuesOf(file).length > bounds.exportedNames);
    expect(crowded.map((file) => `${file.path}: ${valuesOf(file).length}`)).toEqual([]);
  });
  it('every file says first what it is', () => expect([...product, ...around].filter(({ text }) => !prologue.test(text)).map(({ path }) => path)).toEqual([]));
});

/** What a cell quotes as code. */
const ticked = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');

describe('tables that must be complete', () => {
  it('every bound of the protocol is named by a test', () => {
    const names = [...read('packages/core/src/ground/limits.ts').matchAll(/^ {2}([a-z]\w+):/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !testTexts.some((text) => new RegExp(`\\b${name}\\b`).test(text)))).toEqual([]);
  });
  it('every problem of the table is provoked by a test, or by an example that must be refused', () => {
    const kinds = [...read('packages/core/src/ground/problem.ts').matchAll(/^ {2}(\w+): row\('DTF-/gm)].map(([, kind]) => kind ?? '');
    const refused = new Set(list('fixtures/messages/invalid/*.json').map((path) => path.split('/').at(-1)?.split('--')[0]));
    expect(kinds.length).toBeGreaterThan(0);
    const codeOf = (kind: string): string => kind.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    const isProvoked = (kind: string): boolean => testTexts.some((text) => text.includes(`'${kind}'`) || text.includes(`'${codeOf(kind)}'`));
    expect(kinds.filter((kind) => !refused.has(kind) && !isProvoked(kind))).toEqual(problemsWithoutTest);
  });
  it('every message of the catalogue has an example and, where messages are described, a heading', () => {
    const roles = {
      'registry/registration': 'registry',
      'registry/discovery': 'registry',
      'registry/semantic-dictionary': 'registry',
      twin: 'digitalTwin',
      'function/function': 'digitalTwin',
      notice: 'digitalTwin',
      adaptor: 'communicationAdaptor',
      application: 'application',
    };
    const keys = Object.entries(roles).flatMap(([file, role]) =>
      [...read(`packages/core/src/message/${file}.ts`).matchAll(/^ {2}'([a-z]\w*\.[a-z]\w*)': row\(/gm)].map(([, key]) => `${role}.${key}`),
    );
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !exists(`fixtures/messages/valid/${key}.json`))).toEqual([]);
    const described = exists('docs/protocol.md') ? read('docs/protocol.md') : undefined;
    expect(keys.filter((key) => described !== undefined && !new RegExp(`^#+ .*\\b${key}\\b`, 'm').test(described))).toEqual([]);
  });
  it('every word of the glossary is at home where it says', () => {
    const rows = tableRows(read('docs/glossary.md')).map((cells) => ({ term: cells[0], names: ticked(cells.at(-3)), homes: ticked(cells.at(-1)) }));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.flatMap(({ term, homes }) => homes.filter((path) => !exists(path)).map((path) => `${term}: no ${path}`))).toEqual([]);
    const atHome = (names: readonly string[], path: string): boolean =>
      !path.endsWith('.ts') || names.every((name) => new RegExp(`\\b${name}\\b`).test(read(path)));
    expect(rows.filter(({ names, homes }) => !homes.every((path) => atHome(names, path))).map(({ term }) => term)).toEqual([]);
  });
  it('every guard that ARCHITECTURE.md names is there', () => {
    const paths = [...read('ARCHITECTURE.md').matchAll(/`((?:packages|tools|docs|fixtures)\/[^`*]+)`/g)].map(([, path]) => path ?? '');
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });
  it('every dependency is decided on, in the version that is used', () => {
    const [, catalog = ''] = read('pnpm-workspace.yaml').split(/^catalog:$/m);
    const used = [...catalog.matchAll(/^ {2}"?([^\s":]+)"?: (\S+)$/gm)].map(([, name, version]) => `\`${name}\` | ${version}`);
    const decided = tableRows(read(list('docs/decisions/*-dependencies.md').at(-1) ?? '')).map(([name, version]) => `${name} | ${version}`);
    expect(used.length).toBeGreaterThan(0);
    expect({ undecided: used.filter((row) => !decided.includes(row)), unused: decided.filter((row) => !used.includes(row)) }).toEqual({
      undecided: [],
      unused: [],
    });
  });
  it('no document waits to be filled in', () => {
    const documents = [...list('*.md'), ...list('docs/**/*.md')];
    expect(documents.filter((path) => /TO BE (FILLED IN|COMPLETED)/.test(read(path)))).toEqual([]);
  });
  it('every decision is dated and short', () => {
    const decisions = list('docs/decisions/*.md');
    expect(decisions.filter((path) => !/\/\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md$/.test(path))).toEqual([]);
    // a table is as long as what it lists
    const linesOf = (path: string): number =>
      read(path)
        .split('\n')
        .filter((line) => !line.startsWith('|')).length;
    expect(decisions.filter((path) => linesOf(path) > 90)).toEqual([]);
  });
});
