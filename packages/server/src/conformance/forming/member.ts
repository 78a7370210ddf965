/**
 * Member: an actor of the kit that is asked into federations: it accepts, declines or says nothing, and remembers what it heard.
 */
import { type Actor, isRaw, memberAt, type Raw, replyOf } from '../actor.ts';
import { agreementSignature, hashOfTerms } from '../agreement.ts';
import type { Stage } from '../stage.ts';

/** How it behaves from now on; who haggles keeps back what is needed, and each time something more. */
export type Behaviour = 'accept' | 'reject' | 'haggle' | 'silent';

export type Heard = { readonly row: string; readonly message: Raw };

export type Member = { readonly actor: Actor; readonly heard: readonly Heard[]; readonly behave: (how: Behaviour) => void };

const rowOf = (message: Raw): string => `${String(memberAt(message, 'data.action.verb'))}.${String(memberAt(message, 'data.action.object'))}`;

/** How it behaves to begin with, and what it keeps back where it haggles. */
type Playing = { readonly behaviour: Behaviour; readonly kept?: readonly string[] };

type Said = { readonly parameters?: Raw; readonly objects?: readonly unknown[] };

/** An object of the message in another state. */
const standing = (object: unknown, state: string): unknown =>
  isRaw(object) ? { ...object, attributes: { ...(isRaw(object['attributes']) ? object['attributes'] : {}), state } } : object;

/** What a member that accepts answers, by row; anything else gets an answer without content. */
const accepting: Readonly<Record<string, (message: Raw, actor: Actor) => Said>> = {
  'request.federation': (message) => {
    const agreement = memberAt(message, 'data.objects.1');
    return {
      parameters: { decision: 'accepted', agreementHash: hashOfTerms(memberAt(agreement, 'attributes.terms')) ?? '' },
      objects: [standing(agreement, 'ACCEPTED')],
    };
  },
  'confirm.federation': (message, actor) => ({
    parameters: {
      agreementHash: memberAt(message, 'data.action.parameters.agreementHash'),
      signature: agreementSignature(actor, memberAt(message, 'data.objects.0')),
    },
  }),
  'request.communication': (message) => ({ objects: [standing(memberAt(message, 'data.objects.0'), 'CONNECTED')] }),
  'read.exchangeData': (message) => ({
    objects: [
      {
        kind: 'exchangeData',
        id: `urn:uuid:${String(memberAt(message, 'header.messageId')).slice(9)}`,
        attributes: { page: { version: 1, rows: [], seq: 0, identities: 0 }, seq: 0 },
      },
    ],
  }),
};

const isAsked = (row: string): boolean => row === 'request.federation' || row === 'offer.federation';

/** The members at a path, of a list as well; none where there is nothing. */
const membersAt = (value: unknown, path: string): Raw => Object(memberAt(value, path));

/** Other terms, in the next round: `kept` of every feature is kept back, and a word more than the last time. */
const haggling = ({ prefix }: Actor, message: Raw, kept: readonly string[]): Said => {
  const agreement = memberAt(message, 'data.objects.1') ?? memberAt(message, 'data.objects.0');
  const round = Number(memberAt(message, 'data.action.parameters.round')) + 1;
  const withheld = [...kept, ...Array.from({ length: round }, (_, at) => `${prefix}:word${at}`)];
  const [attributes, terms] = [membersAt(agreement, 'attributes'), membersAt(agreement, 'attributes.terms')];
  const features = Object.values(membersAt(terms, 'features')).map((feature) => ({ ...Object(feature), withheld }));
  const offered = { ...attributes, terms: { ...terms, features }, revision: round, round, state: 'OFFERED' };
  return { parameters: { decision: 'offered' }, objects: [{ ...Object(agreement), revision: round, attributes: offered }] };
};

const declining = (message: Raw): Said => ({
  parameters: { decision: 'rejected', reason: 'the kit declines' },
  objects: [memberAt(message, 'data.objects.1')],
});

const probed = (actor: Actor, message: Raw): Said => ({
  parameters: { echo: memberAt(message, 'data.action.parameters.echo') },
  objects: [{ kind: 'digitalTwin', id: actor.id, attributes: { status: 'online' } }],
});

export const createMember = (stage: Stage, actor: Actor, { behaviour, kept = [] }: Playing): Member => {
  const heard: Heard[] = [];
  let how = behaviour;
  const contentOf = (row: string, message: Raw): Said => {
    if (row === 'probe.digitalTwin') return probed(actor, message);
    if (row === 'request.federation' && how === 'reject') return declining(message);
    if (isAsked(row) && how === 'haggle') return haggling(actor, message, kept);
    return accepting[row]?.(message, actor) ?? {};
  };
  actor.answer((message) => {
    if (how === 'silent') return undefined;
    const row = rowOf(message);
    heard.push({ row, message });
    const { parameters = {}, objects = [] } = contentOf(row, message);
    return replyOf(actor, message, { parameters, objects, at: stage.deps.clock.now(), id: stage.deps.ids.uuid() });
  });
  return {
    actor,
    heard,
    behave: (next) => {
      how = next;
    },
  };
};
