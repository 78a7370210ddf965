/**
 * log ask: asks a partner over the wire for what its exchange log holds of this node, and verifies it: each entry by its digest and its place in the chain, the chain by the
 * signed checkpoints in it. Asks as the node itself, and leaves nothing behind in its memory.
 */
import {
  Authority,
  agencyTwinIdOf,
  checkExcerpt,
  fail,
  type LogExcerpt,
  type LogHead,
  limits,
  ok,
  problem,
  type Request,
  type Result,
  shorten,
  type TwinId,
} from '@cityweave/core';
import { systemDeps } from '../../deps.ts';
import type { LogLevel } from '../../events.ts';
import type { Peer } from '../../exchange/peer.ts';
import type { Speaking, SpeakingRoom } from '../../node-room.ts';
import { initiatorOf } from '../../orchestration/membership/initiator.ts';
import { createHttpProtocol } from '../../protocol/http.ts';
import { sha256, verifyText } from '../../trust/signature.ts';
import type { ExitCode } from '../cityweave.ts';
import { loadConfigured } from '../configured.ts';
import { openRecords, patientFor, patientsOf, voiceOf } from '../patient.ts';
import type { Context } from '../running/up.ts';
import { interruption, type Terminal } from '../terminal.ts';

export type Options = {
  readonly file: string;
  readonly of: string;
  readonly as?: string;
  readonly after?: string;
  readonly state: string;
  readonly log: LogLevel;
};

type Voice = SpeakingRoom & Speaking;
type Name = 'digitalTwin.query.exchangeLog';
type Shown = LogExcerpt['entries'][number]['told'];

const partnerOf = (given: string): Result<TwinId> => {
  const authority = Authority.safeParse(given);
  return authority.success
    ? ok(agencyTwinIdOf(authority.data))
    : fail(problem('badConfiguration', { subject: '--of', found: shorten(given), accepted: 'the authority of an agency, as water.example' }));
};

const parseAfter = (given: string | undefined): Result<number | undefined> => {
  if (given === undefined) return ok(undefined);
  return /^\d{1,15}$/.test(given)
    ? ok(Number(given))
    : fail(problem('badConfiguration', { subject: '--after', found: shorten(given), accepted: 'the number of an entry; 0 for all of them' }));
};

const ask = async (voice: Voice, partner: Peer, after: number | undefined): Promise<Result<LogExcerpt>> => {
  const content = { parameters: after === undefined ? {} : { after }, objects: [] } as Request<Name>; // branding: a request without objects
  const told = await voice.ask(partner, 'digitalTwin.query.exchangeLog', content, { signal: voice.signal });
  return told.ok ? ok(told.value.objects[0].attributes) : told;
};

const describe = (n: number, shown: Shown): string => {
  if (!shown) return `${n} about others`;
  const { at, content } = shown;
  if (content.kind !== 'exchange') return `${n} ${at} ${content.kind}`;
  const { verb, object, from, to, code } = content;
  return `${n} ${at} ${verb}.${object} ${from} -> ${to} ${code ?? ''}`.trimEnd();
};

export type Verified = { readonly from: number; readonly head: LogHead; readonly sealed: number; readonly shown: number; readonly fault?: string };

/** A stretch that goes on from the last one, and what is wrong with it. */
const faultOf = (excerpt: LogExcerpt, last: LogHead | undefined, checked: ReturnType<typeof checkExcerpt>): string | undefined => {
  if (last && (excerpt.after !== last.n || excerpt.previous !== last.hash)) return `entry ${last.n + 1}: the log does not go on from where it was seen`;
  if (checked.fault) return `entry ${checked.fault.n}: ${checked.fault.kind}`;
  return checked.sealed < checked.head.n ? `no checkpoint that the partner signed stands behind entry ${checked.sealed + 1}` : undefined;
};

type Reading = { readonly voice: Voice; readonly partner: Peer; readonly after: number | undefined; readonly tell: (n: number, shown: Shown) => void };

/** Stretch by stretch, no more than a partner shows in a minute. */
const read = async ({ voice, partner, after, tell }: Reading): Promise<Result<Verified>> => {
  const checking = { owner: partner.id, keys: partner.keys, hash: sha256, verifies: verifyText };
  let known: Verified | undefined;
  for (let stretches = 0; stretches < limits.logExcerptsPerMinuteMax; stretches += 1) {
    const excerpt = await ask(voice, partner, known?.head.n ?? after);
    if (!excerpt.ok) return excerpt;
    const { entries, more, after: begun } = excerpt.value;
    const checked = checkExcerpt(excerpt.value, checking);
    const fault = faultOf(excerpt.value, known?.head, checked);
    for (const [at, { told }] of entries.entries()) tell(begun + at + 1, told);
    const shown = (known?.shown ?? 0) + entries.filter(({ told }) => told?.content.kind === 'exchange').length;
    known = { from: known?.from ?? begun + 1, head: checked.head, sealed: checked.sealed, shown, ...(fault !== undefined && { fault }) };
    if (fault !== undefined || !more || entries.length === 0) break;
  }
  return known ? ok(known) : fail(problem('internal'));
};

const readAs = async (options: Options, context: Context, tell: Reading['tell']): Promise<Result<Verified>> => {
  const [of, after] = [partnerOf(options.of), parseAfter(options.after)];
  if (!of.ok) return of;
  if (!after.ok) return after;
  const configured = await loadConfigured(options.file, context.environment);
  const patient = configured.ok ? patientFor(patientsOf(configured.value, options.state), options.as, '--as') : configured;
  const records = patient.ok ? openRecords(patient.value) : patient;
  if (!patient.ok) return patient;
  if (!records.ok) return records;
  const protocol = createHttpProtocol();
  const voice = await voiceOf(patient.value, records.value, { deps: systemDeps(), protocol, log: options.log, signal: interruption() });
  const partner = await initiatorOf(voice, of.value);
  const found = partner.ok ? await read({ voice, partner: partner.value, after: after.value, tell }) : partner;
  await protocol.close();
  records.value.close();
  return found;
};

const conclude = (terminal: Terminal, { of }: Options, { from, head, sealed, shown, fault }: Verified): ExitCode => {
  terminal.say(`entries ${from} to ${head.n} of ${of}, ${shown} of them about this node, sealed up to ${sealed}`);
  if (!terminal.json) terminal.data(fault ?? 'sound');
  return fault === undefined ? 0 : 1;
};

export const askPartnerLog = async (options: Options, context: Context): Promise<ExitCode> => {
  const { terminal } = context;
  const entries: unknown[] = [];
  const found = await readAs(options, context, (n, shown) => {
    if (terminal.json) entries.push({ n, ...shown });
    else terminal.data(describe(n, shown));
  });
  if (!found.ok) {
    terminal.problem(found.problem);
    return 1;
  }
  if (terminal.json) terminal.data(JSON.stringify({ of: options.of, ...found.value, entries }));
  return conclude(terminal, options, found.value);
};
