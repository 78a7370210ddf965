import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { importLimits } from '../limits.ts';
import { createTrialFolder, type Declaration, declare, readAll } from './trial-file.ts';

const folder = createTrialFolder();
afterAll(() => folder[Symbol.dispose]());

const read = (content: string | Buffer, more: Declaration = {}) => readAll(folder.write('table.csv', content), declare({ format: 'csv', ...more }));

describe('a table', () => {
  it('gives its rows under the names of its header, plain and packed', async () => {
    const text = '\u{feff}id,name,note\r\n1,"Main, ""old"" Street",\r\n2,"two\r\nlines",x\r\n';
    for (const content of [text, gzipSync(text)]) {
      const { records, refused, fault } = await read(content);
      expect([refused, fault]).toEqual([[], undefined]);
      expect(records.map(({ columns }) => columns)).toEqual([
        { id: '1', name: 'Main, "old" Street', note: null },
        { id: '2', name: 'two\r\nlines', note: 'x' },
      ]);
      expect(records[0]?.where).toBe('line 2');
    }
  });

  it('may use other delimiters and quotes, and names like __proto__', async () => {
    const { records } = await read("__proto__;b\n'1;2';3\n", { csv: { delimiter: ';', quote: "'" } });
    expect(Object.entries(records[0]?.columns ?? {})).toEqual([
      ['__proto__', '1;2'],
      ['b', '3'],
    ]);
  });

  it('refuses rows with another number of cells, each with its line, and reads on', async () => {
    const { records, refused } = await read('a,b\n1,2\n3\n4,5,6\n\n7,8\n');
    expect(records.map(({ columns }) => columns['a'])).toEqual(['1', '7']);
    expect(refused).toMatchObject([
      { where: 'line 3', problem: { kind: 'malformed', found: '1 cells', accepted: '2 cells, as in the header' } },
      { where: 'line 4', problem: { found: '3 cells' } },
    ]);
  });

  it('takes quotes within a cell as they stand', async () => {
    const { records, refused, fault } = await read('a,b\n5" pipe,2\n"x"y,4\n');
    expect([refused, fault]).toEqual([[], undefined]);
    expect(records.map(({ columns }) => columns['a'])).toEqual(['5" pipe', '"x"y']);
  });

  it('refuses a row larger than a record may be in bounded memory, and reads on', async () => {
    const { records, refused, fault } = await read(`a,b\n1,2\n${'x'.repeat(importLimits.recordBytesMax + 1000)},2\n3,4\n`);
    expect(fault).toBeUndefined();
    expect(records.map(({ columns }) => columns['a'])).toEqual(['1', '3']);
    expect(refused).toMatchObject([{ where: 'line 3', problem: { kind: 'tooLarge', limit: importLimits.recordBytesMax } }]);
  });

  it('is refused without a header, with one name twice, and with too many columns', async () => {
    expect((await read('')).fault).toMatchObject({ kind: 'badFile', accepted: 'a header row' });
    expect((await read('a,b,a\n1,2,3\n')).fault).toMatchObject({ kind: 'badFile', found: 'column a twice' });
    const names = Array.from({ length: importLimits.columnsMax }, (_, index) => `c${index}`);
    expect((await read(`${names.join(',')}\n`)).fault).toBeUndefined();
    expect((await read(`${[...names, 'more'].join(',')}\n`)).fault).toMatchObject({ kind: 'tooLarge', limit: importLimits.columnsMax });
  });

  it('that is cut off within a quote, or within a gzip file, is refused', async () => {
    expect((await read('a,b\n1,"2\n3,4\n')).fault).toMatchObject({ kind: 'badFile' });
    const packed = gzipSync(['a,b', ...Array.from({ length: 5000 }, (_, index) => `${index},${(index * 7919) % 1000}`)].join('\n'));
    expect((await read(packed.subarray(0, packed.length - 30))).fault).toMatchObject({ kind: 'badFile', found: 'cut off' });
  });

  it('gives positions from its columns, with a decimal comma where commas do not part the cells', async () => {
    const position = { x: 'lon', y: 'lat', z: 'h' };
    const dots = await read('lon,lat,h\n4.5,52.1,\n4.5,52.1,3\n,,\n4.5,north,\n1e999,2,\n', { position });
    expect(dots.records.map(({ geometry }) => geometry?.coordinates)).toEqual([[4.5, 52.1], [4.5, 52.1, 3], undefined]);
    expect(dots.refused).toMatchObject([{ problem: { path: 'column lat', found: 'north' } }, { problem: { path: 'column lon' } }]);
    const commas = await read('lon;lat\n4,5;52,1\n', { position: { x: 'lon', y: 'lat' }, csv: { delimiter: ';' } });
    expect(commas.records[0]?.geometry).toEqual({ type: 'Point', coordinates: [4.5, 52.1] });
  });
});
