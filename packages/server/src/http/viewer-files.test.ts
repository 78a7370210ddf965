import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createViewerFiles } from './viewer-files.ts';

const folders: string[] = [];
const servers: { readonly close: () => void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const build = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cityweave-viewer-'));
  folders.push(folder);
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets/index-1.js'), 'void 0');
  return folder;
};

const serve = async (folder: string): Promise<string> => {
  const files = createViewerFiles(folder);
  const server = createServer((request, response) => {
    if (files.has(request.url ?? '')) void files.send(request.url ?? '', request, response);
    else response.writeHead(404).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};

describe('the files of the viewer', () => {
  it('are the page, which runs no script but its own, and its hashed files, which are kept', async () => {
    const address = await serve(build());
    const page = await fetch(address);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect((await fetch(`${address}/assets/index-1.js`)).headers.get('cache-control')).toContain('immutable');
  });

  it('are no others: a path that leads out, or to nothing, is none of them', async () => {
    const files = createViewerFiles(build());
    for (const path of ['/assets/../index.html', '/assets/..%2findex.html', '/index.html', '/assets/', '/assets/none.js']) expect(files.has(path)).toBe(false);
    expect(createViewerFiles(join(tmpdir(), 'no such folder')).has('/')).toBe(false);
  });

  it('are those of the page as it was built last, also while the node runs', async () => {
    const folder = build();
    const address = await serve(folder);
    rmSync(join(folder, 'assets/index-1.js'));
    writeFileSync(join(folder, 'assets/index-2.js'), 'void 1');
    expect((await fetch(address)).status).toBe(200);
    expect((await fetch(`${address}/assets/index-2.js`)).status).toBe(200);
    expect((await fetch(`${address}/assets/index-1.js`)).status).toBe(404);
  });
});
