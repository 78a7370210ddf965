/**
 * Vector: a conversation with the target as data, for a kit in any language: who says what, signed how, and which code must come back.
 */
import { addMs, canonicalJson, type Instant } from '@cityweave/core';
import { z } from 'zod';
import { type Actor, isRaw, memberAt, type Raw, signRaw, type Target } from './actor.ts';
import { hashOfTerms, signedBy } from './agreement.ts';
import { entryOf, faultOfAnswer, featureOf, pass, post, type Stage, type Told, writeRaw } from './stage.ts';

const Expectation = z.strictObject({
  /** any of these codes */
  code: z.array(z.string()).min(1),
  /** the reply has these members, with these values */
  has: z.record(z.string(), z.json()).optional(),
  /** ... and not these */
  hasNot: z.array(z.string()).optional(),
  /** the reply is the very one that was kept under this name */
  sameAs: z.string().optional(),
});

const Step = z.strictObject({
  as: z.string().default('one'),
  to: z.enum(['registry', 'digitalTwin', 'communicationAdaptor']).default('digitalTwin'),
  /** verb.object */
  say: z.string(),
  parameters: z.record(z.string(), z.json()).default({}),
  objects: z.array(z.json()).default([]),
  /** members of the header beside the usual ones */
  header: z.record(z.string(), z.json()).default({}),
  /** the same name is the same message id */
  id: z.string().optional(),
  sign: z.enum(['good', 'none', 'other', 'tampered']).default('good'),
  /** the message was written so long ago; negative: it will be */
  ageMs: z.number().default(0),
  waitMs: z.number().min(0).max(10_000).default(0),
  expect: Expectation,
  /** what is expected holds for so long after the step with this number was said: where that took longer, the rest is skipped */
  within: z.strictObject({ ms: z.number().min(0), of: z.int().min(1) }).optional(),
  /** the reply is kept under this name */
  keep: z.string().optional(),
  /** where the expectation is not met the rest is skipped: the target need not do this */
  orSkip: z.string().optional(),
});
type Step = z.infer<typeof Step>;

export const Vector = z.strictObject({
  id: z.string(),
  /** of the fourteen checks of the exchange model; absent for those beside them */
  check: z.int().min(1).max(14).optional(),
  title: z.string(),
  /** what a target does that fails it */
  fault: z.string(),
  /** needs a feature of the target */
  needsFeature: z.boolean().default(false),
  /** needs a target that is a communication adaptor */
  needsAdaptor: z.boolean().default(false),
  steps: z.array(Step).min(1),
});
export type Vector = z.infer<typeof Vector>;

export type Finding =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly why: string }
  | { readonly outcome: 'skipped'; readonly why: string };

type Play = { readonly stage: Stage; readonly kept: Map<string, Told>; readonly uuids: Map<string, string> };

const uuidOf = ({ stage, uuids }: Play, name: string): string => {
  const known = uuids.get(name) ?? stage.deps.ids.uuid();
  uuids.set(name, known);
  return known;
};

const actorOf = ({ stage }: Play, name: string): Actor | undefined => stage.actors[name];

const nowWith = ({ stage }: Play, shift: string): Instant => addMs(stage.deps.clock.now(), Number(shift || 0));

const keptAt = ({ kept }: Play, name = '', path: readonly string[]): unknown => memberAt(kept.get(name)?.body, path.join('.'));

/** What stands between `${` and `}`: `one.id`, `target.id`, `feature.kind`, `now+1000`, `uuid.a`, `entry.one`, `offer.one.KIND` (`own:` before a word of its own), `kept.NAME.path`, `hash.NAME.path`, `signed.ACTOR.NAME.path`. */
const valueOf = (play: Play, name: string): unknown => {
  const [head = '', ...rest] = name.split('.');
  const path = rest.join('.');
  const now = /^now([+-]\d+)?$/.exec(name);
  if (now) return nowWith(play, now[1] ?? '');
  if (head === 'uuid') return uuidOf(play, path);
  if (head === 'entry') return ((actor) => actor && entryOf(actor))(actorOf(play, path));
  if (head === 'offer')
    return ((actor) => actor && featureOf(actor, rest.slice(1).join('.').replace(/^own:/, `${actor.prefix}:`)))(actorOf(play, rest[0] ?? ''));
  if (head === 'kept') return keptAt(play, rest[0], rest.slice(1));
  if (head === 'hash') return hashOfTerms(keptAt(play, rest[0], rest.slice(1)));
  if (head === 'signed') return ((actor) => actor && signedBy(actor, keptAt(play, rest[1], rest.slice(2))))(actorOf(play, rest[0] ?? ''));
  if (head === 'target' || head === 'registry' || head === 'feature') return memberAt(play.stage[head], path);
  return memberAt(actorOf(play, head), path);
};

/** A text that is one variable becomes its value, whatever it is; within a text it becomes text. */
const fill = (play: Play, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((part) => fill(play, part));
  if (isRaw(value)) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, fill(play, part)]));
  if (typeof value !== 'string') return value;
  const whole = /^\$\{([^}]+)\}$/.exec(value);
  if (whole) return valueOf(play, whole[1] ?? '');
  return value.replace(/\$\{([^}]+)\}/g, (_, name: string) => String(valueOf(play, name)));
};

const signAs = (message: Raw, how: Step['sign'], { actor, other }: { readonly actor: Actor; readonly other: Actor }): Raw => {
  if (how === 'none') return message;
  if (how === 'other') return signRaw(message, { ...other.key, keyId: actor.key.keyId });
  const signed = signRaw(message, actor.key);
  return how === 'good' ? signed : { ...signed, data: { ...(isRaw(signed['data']) ? signed['data'] : {}), tampered: true } };
};

const targetOf = ({ stage }: Play, to: Step['to']): Target => (to === 'registry' ? stage.registry : stage.target);

const write = (play: Play, step: Step, actor: Actor): Raw => {
  const [verb = '', object = ''] = step.say.split('.');
  const filled = fill(play, { parameters: step.parameters, objects: step.objects, more: step.header });
  const { parameters, objects, more } = isRaw(filled) ? filled : {};
  const messageId = `urn:uuid:${step.id === undefined ? play.stage.deps.ids.uuid() : uuidOf(play, `message ${step.id}`)}`;
  const header = { messageId, to: targetOf(play, step.to), role: step.to, at: addMs(play.stage.deps.clock.now(), -step.ageMs), more: isRaw(more) ? more : {} };
  return writeRaw(actor, header, { action: { verb, object, parameters }, objects });
};

const unmet = (play: Play, { expect }: Step, told: Told): string | undefined => {
  if (!expect.code.includes(told.code ?? '')) return `${told.code ?? 'no code'} came, ${expect.code.join(' or ')} should`;
  for (const [path, wanted] of Object.entries(expect.has ?? {})) {
    const [found, value] = [memberAt(told.body, path), fill(play, wanted)];
    if (found === undefined || canonicalJson(found) !== canonicalJson(value))
      return `${path} is ${JSON.stringify(found)?.slice(0, 80)}, it should be ${JSON.stringify(value)?.slice(0, 80)}`;
  }
  const shown = (expect.hasNot ?? []).find((path) => memberAt(told.body, path) !== undefined);
  if (shown !== undefined) return `${shown} is told, it should not be`;
  const same = expect.sameAs === undefined || canonicalJson(told.body) === canonicalJson(play.kept.get(expect.sameAs)?.body ?? null);
  return same ? undefined : `another answer came than the one to the same message before`;
};

/** One step; what it should have brought and did not, or undefined. */
const play = async (on: Play, step: Step): Promise<string | undefined> => {
  const actor = actorOf(on, step.as);
  const [other] = Object.values(on.stage.actors).filter((one) => one !== actor);
  if (!actor || !other) return `no actor ${step.as}`;
  if (step.waitMs > 0) await pass(step.waitMs);
  const message = write(on, step, actor);
  const told = await post(on.stage, targetOf(on, step.to).endpoint, JSON.stringify(signAs(message, step.sign, { actor, other })));
  if (step.keep !== undefined) on.kept.set(step.keep, told);
  return (await faultOfAnswer(told, message, targetOf(on, step.to))) ?? unmet(on, step, told);
};

export const noAdaptor: Finding = { outcome: 'skipped', why: 'the target is no adaptor' };

export const playVector = async (stage: Stage, vector: Vector): Promise<Finding> => {
  if (vector.needsFeature && !stage.feature) return { outcome: 'skipped', why: 'the target offers no data' };
  if (vector.needsAdaptor && !stage.isAdaptor) return noAdaptor;
  const on: Play = { stage, kept: new Map(), uuids: new Map() };
  const saidMs: number[] = [];
  for (const [at, step] of vector.steps.entries()) {
    saidMs.push(stage.deps.clock.monotonicMs());
    const why = await play(on, step);
    if (why === undefined) continue;
    if (step.orSkip !== undefined) return { outcome: 'skipped', why: step.orSkip };
    const tookMs = Math.round(stage.deps.clock.monotonicMs() - (saidMs[(step.within?.of ?? 0) - 1] ?? Number.POSITIVE_INFINITY));
    if (step.within && tookMs > step.within.ms)
      return { outcome: 'skipped', why: `${step.say} took ${tookMs} ms, and is of use for ${step.within.ms}: try it when less is done` };
    return { outcome: 'failed', why: `step ${at + 1}, ${step.say}: ${why}` };
  }
  return { outcome: 'passed' };
};
