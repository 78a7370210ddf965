/**
 * Heard again: a repeat gets the answer that was kept, but what was given under an agreement, or to a fellow member, is not given once more after its end.
 */
import { AgreementId, fail, type Message, ok, problem, type Result, type RowName } from '@cityweave/core';
import { agreementInForce } from './agreement-in-force.ts';
import { isFellow } from './fellow.ts';
import { agreementOfRun } from './invocation/runs.ts';
import type { Room } from './room.ts';

type Given = { readonly agreementId: AgreementId } | { readonly toFellowsIn: string } | 'forgotten' | undefined;

const under = (id: unknown): Given => (({ data }) => data && { agreementId: data })(AgreementId.safeParse(id));

/** Under what a row gives something away; undefined where it gives nothing. */
const givenBy = ({ records }: Room, name: RowName, { data }: Message): Given => {
  const { agreementId, federationId, identify, runId } = data.action.parameters ?? {};
  if (name === 'digitalTwin.query.feature') return under(agreementOfRun(records, String(runId))) ?? 'forgotten';
  if (name === 'digitalTwin.read.exchangeData' && identify !== undefined) return { toFellowsIn: String(federationId) };
  const gives = name === 'digitalTwin.read.exchangeData' || name === 'digitalTwin.subscribe.exchangeData' || name === 'digitalTwin.invoke.feature';
  return gives ? under(agreementId) : undefined;
};

export const mayHearAgain = (room: Room, name: RowName, message: Message): Result<unknown> => {
  const sender = message.header.source.id;
  const given = givenBy(room, name, message);
  if (given === undefined) return ok(true);
  if (given === 'forgotten') return fail(problem('notFound', { accepted: 'a run that is remembered' }));
  if ('toFellowsIn' in given) return isFellow(room, sender, given.toFellowsIn) ? ok(true) : fail(problem('notMember', { subject: sender }));
  return agreementInForce(room, { id: given.agreementId, mode: 'read' }, { sender, message });
};
