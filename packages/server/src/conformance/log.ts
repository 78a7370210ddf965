/**
 * Log (check 14): the target's exchange log, where the kit can read it: that it verifies, and that whatever is altered in a copy of it is found.
 */
import { emptyLog, type LogCheck, LogEntry, nextEntry } from '@cityweave/core';
import { copyOfLog, verifyLines } from '../log/exchange-log.ts';
import { sha256 } from '../trust/signature.ts';
import type { Stage } from './stage.ts';
import type { Finding } from './vector.ts';

const passed: Finding = { outcome: 'passed' };
const failed = (why: string): Finding => ({ outcome: 'failed', why });
const skipped = (why: string): Finding => ({ outcome: 'skipped', why });

/** A copy of a log, entry by entry, and whose it is. */
type Copy = { readonly entries: readonly LogEntry[]; readonly verify: (entries: readonly LogEntry[]) => LogCheck };

/** What is found in the log in the memory of the target; skipped where nobody said where that is. */
export const inLog =
  (directory: string | undefined, find: (copy: Copy) => Finding) =>
  async ({ target: { id: owner } }: Stage): Promise<Finding> => {
    if (directory === undefined) return skipped('say where the target keeps its memory: --memory FOLDER');
    const lines = copyOfLog(directory);
    const { fault } = verifyLines(lines, { owner });
    if (fault) return failed(`${fault.where}: ${fault.kind}`);
    const entries = lines.map(({ value }) => LogEntry.parse(value));
    const verify: Copy['verify'] = (changed) =>
      verifyLines(
        changed.map((value) => ({ value, where: `entry ${value.n}` })),
        { owner },
      );
    return entries.length > 0 ? find({ entries, verify }) : failed('there is no log');
  };

export const checkLog = (): Finding => passed;

/** Another result than the one that was logged. */
const altered = (entry: LogEntry): LogEntry => (entry.content.kind === 'exchange' ? { ...entry, content: { ...entry.content, code: 'DTF-999' } } : entry);

const exchangesIn = ({ entries }: Copy): readonly number[] => entries.flatMap(({ content }, at) => (content.kind === 'exchange' ? [at] : []));

/** The first, the middle and the last of these. */
const some = <T>(all: readonly T[]): readonly T[] => [...new Set([all[0], all[Math.floor(all.length / 2)], all.at(-1)])].flatMap((one) => one ?? []);

/** One entry with another result, and nothing else changed. */
export const alterLog = (copy: Copy): Finding => {
  const tried = some(exchangesIn(copy));
  const missed = tried.find((at) => copy.verify(copy.entries.with(at, altered(copy.entries[at] as LogEntry))).fault?.n !== at + 1); // branding: it was found there
  if (missed !== undefined) return failed(`entry ${missed + 1} was altered, and nothing is found there`);
  return tried.length > 0 ? passed : failed('no exchange stands in the log');
};

/** The entry is altered, and it and all behind it get the hashes that follow from that. */
const rewritten = (entries: readonly LogEntry[], from: number): readonly LogEntry[] => {
  const made = entries.slice(0, from);
  for (const entry of entries.slice(from)) {
    const { at, content } = made.length === from ? altered(entry) : entry;
    made.push(nextEntry(made.at(-1) ?? emptyLog, { at, content }, sha256));
  }
  return made;
};

/** Only who has the key of the target could have signed what stands there now. */
export const rewriteLog = (copy: Copy): Finding => {
  const sealed = copy.entries.findLastIndex(({ content }) => content.kind === 'checkpoint');
  const tried = some(exchangesIn(copy).filter((at) => at < sealed));
  if (tried.length === 0) return skipped('no checkpoint was signed yet: try it when the target has been up for a while');
  const missed = tried.find((at) => copy.verify(rewritten(copy.entries, at)).fault?.kind !== 'rewritten');
  return missed === undefined ? passed : failed(`the log was written anew from entry ${missed + 1} on, and no checkpoint tells`);
};
