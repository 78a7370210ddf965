/**
 * Log told (check 14): what the target tells of its log to a partner: that it goes on from where it was seen, that a signed checkpoint stands behind it, and that what
 * the partner said stands in it.
 */
import { checkExcerpt, type ExcerptCheck, LogExcerpt } from '@cityweave/core';
import { sha256, verifyText } from '../trust/signature.ts';
import { type Actor, memberAt } from './actor.ts';
import { objectsOf, type Stage, say, type Told } from './stage.ts';
import type { Finding } from './vector.ts';

type Shown = { readonly excerpt: LogExcerpt; readonly check: ExcerptCheck /** the message by which it was asked for */; readonly asked: unknown };

const failed = (why: string): Finding => ({ outcome: 'failed', why });

const ask = (stage: Stage, actor: Actor, after?: number): Promise<Told> =>
  say(stage, actor, {
    ...{ to: stage.target, role: 'digitalTwin', verb: 'query', object: 'exchangeLog' },
    ...(after !== undefined && { parameters: { after } }),
  });

const shownIn = ({ target: { id: owner, keys } }: Stage, told: Told): Shown | undefined => {
  const excerpt = LogExcerpt.safeParse(memberAt(objectsOf(told)[0], 'attributes')).data;
  const asked = memberAt(told.body, 'header.correlationId');
  return excerpt && { excerpt, check: checkExcerpt(excerpt, { owner, keys, hash: sha256, verifies: verifyText }), asked };
};

/** What is wrong with a stretch by itself. */
const faultIn = ({ check: { fault, sealed, head } }: Shown): string | undefined => {
  if (fault) return `entry ${fault.n}: ${fault.kind}`;
  return sealed < head.n ? `no checkpoint of a key of the target stands behind entry ${sealed + 1}` : undefined;
};

const isIn = ({ excerpt }: Shown, messageId: unknown): boolean =>
  excerpt.entries.some(({ told }) => told?.content.kind === 'exchange' && told.content.messageId === messageId);

/** Kinds and verbs that are ours: a target that knows the numbered messages alone has no such row. */
const knowsNoSuchRow = ({ code }: Told): boolean => ['DTF-104', 'DTF-105', 'DTF-106'].includes(code ?? '');

/** Stretches at a time that a target may need to show what it wrote meanwhile. */
const stretchesMax = 16;

/** From where the first one ended, each from where the one before ended, until nothing more is told; or what is wrong with them. */
const walk = async (stage: Stage, actor: Actor, first: Shown): Promise<readonly Shown[] | string> => {
  const walked: Shown[] = [];
  for (let last = first; walked.length < stretchesMax; ) {
    const next = shownIn(stage, await ask(stage, actor, last.check.head.n));
    if (!next) return 'no stretch of a log came';
    const fault = faultIn(next);
    if (fault !== undefined) return fault;
    if (next.excerpt.after !== last.check.head.n || next.excerpt.previous !== last.check.head.hash) return 'the log does not go on from where it was seen';
    walked.push(next);
    if (!next.excerpt.more) break;
    last = next;
  }
  return walked;
};

/** Asked once, and again from where that ended: what asked first stands there. */
export const askForLog = async (stage: Stage, actor: Actor): Promise<Finding> => {
  const told = await ask(stage, actor);
  if (knowsNoSuchRow(told)) return { outcome: 'skipped', why: 'the target shows nobody its log' };
  const first = shownIn(stage, told);
  if (!first) return failed('no stretch of a log came');
  const fault = faultIn(first);
  if (fault !== undefined) return failed(fault);
  const walked = await walk(stage, actor, first);
  if (typeof walked === 'string') return failed(walked);
  return walked.some((shown) => isIn(shown, first.asked)) ? { outcome: 'passed' } : failed('what the kit said does not stand there');
};
