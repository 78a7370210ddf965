/**
 * Archive check: reads a node archive through before anything of it is believed: every line can be loaded, and all that its end tells is so.
 */
import { createHash, type Hash } from 'node:crypto';
import { type Authority, fail, ok, type Problem, problem, type Result } from '@cityweave/core';
import { archiveVersion, bad, End, Heading, parse, readLines, toLine, toldAlike } from './archive-lines.ts';
import { type Archived, interrupted } from './node-archive.ts';

type Checking = { readonly path: string; readonly agency: Authority; readonly signal?: AbortSignal | undefined };

const checkHeading = (line: string, { path, agency }: Checking): Problem | undefined => {
  const heading = Heading.safeParse(parse(line)).data;
  if (!heading) return bad({ path }, 'no heading');
  if (heading.version !== archiveVersion)
    return problem('unsupportedVersion', { subject: 'node archive', path, found: `version ${heading.version}`, accepted: `version ${archiveVersion}` });
  return heading.agency === agency ? undefined : bad({ path }, `the node of ${heading.agency}`, `the node of ${agency}`);
};

/** What was read of a file before its last line: `content` as `Archived` has it. */
type Read = { lines: number; readonly sha256: Hash; readonly content: Hash };

/** What the end tells, where what was read agrees with it. */
const checkEnd = (path: string, { sha256, content, lines }: Read, end: string): Result<Archived> => {
  const told = End.safeParse(parse(end)).data?.end;
  if (!told) return fail(bad({ path }, 'no end: it is cut off'));
  if (told.lines !== lines) return fail(bad({ path }, `${lines} lines of ${told.lines}`));
  if (told.sha256 !== sha256.digest('hex')) return fail(bad({ path }, 'another digest than its end tells: it was altered'));
  return told.content === content.digest('hex') ? ok(told) : fail(bad({ path }, 'other content than its end tells: the end was altered'));
};

/** A line that is not the last: the first one is the heading. */
const take = (read: Read, line: string, checking: Checking): Problem | undefined => {
  read.sha256.update(`${line}\n`);
  read.lines += 1;
  if (read.lines === 1) return undefined;
  const taken = toLine(line);
  if (!taken.ok) return bad({ path: checking.path, line: read.lines }, taken.problem);
  read.content.update(toldAlike(taken.value));
  return undefined;
};

/** Whether a file is whole, unaltered, of this agency's node, and one that can be loaded; nothing is kept of it but its last line. */
export const verifyArchive = async (checking: Checking): Promise<Result<Archived>> => {
  const { path, signal } = checking;
  const read: Read = { lines: 0, sha256: createHash('sha256'), content: createHash('sha256') };
  let last: string | undefined;
  for await (const line of readLines(path)) {
    if (!line.ok) return line;
    if (signal?.aborted) return fail(interrupted);
    const wrong = last === undefined ? checkHeading(line.value, checking) : take(read, last, checking);
    if (wrong) return fail(wrong);
    last = line.value;
  }
  return last === undefined ? fail(bad({ path }, 'no heading')) : checkEnd(path, read, last);
};
