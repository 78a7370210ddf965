/**
 * Every row at a node that hears it too late, too early or for somebody else: the refusal is the one that the example is named after, and nothing is done.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseMessage } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import { openDesk } from '../registry/desk.contract.ts';
import { signMessage } from '../trust/signature.ts';

const folder = join(import.meta.dirname, '../../../../fixtures/messages/refused');
const paths = globSync('*.json', { cwd: folder }).toSorted();

describe('what only a node refuses', () => {
  test.each(['expired', 'clocksDiffer', 'unknownDestination'])('%s, whatever the row', async (problem) => {
    await using desk = await openDesk();
    const sender = await desk.partner('water.example');
    await desk.register(sender);
    const ofProblem = paths.filter((path) => path.startsWith(`${problem}--`));
    expect(ofProblem.length).toBeGreaterThan(50);
    for (const path of ofProblem) {
      const message = parseMessage(JSON.parse(readFileSync(join(folder, path), 'utf8')));
      if (!message.ok) return expect.fail(`${path}: ${message.problem.kind}`);
      const { header, data } = message.value;
      const destination = { ...header.destination, id: problem === 'unknownDestination' ? header.destination.id : desk.self.id };
      const timestamp = problem === 'clocksDiffer' ? header.timestamp : desk.clock.now();
      const expiresAt = problem === 'expired' ? { expiresAt: desk.longAgo } : {};
      const said = await signMessage(
        { header: { ...header, ...expiresAt, timestamp, destination, source: { ...header.source, id: sender.id } }, data },
        sender.key,
      );
      const { problem: found } = await desk.hear(said);
      expect({ path: basename(path), found: found?.kind }).toEqual({ path: basename(path), found: problem });
    }
  });
});
