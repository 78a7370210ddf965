/**
 * Endless: whoever is asked to form a federation and then bargains with a member without end, whatever that says.
 */
import type { Message } from '@cityweave/core';
import type { Voice, Wrong } from './wrong-node.ts';

type Raw = Readonly<Record<string, unknown>>;
const membersOf = (value: unknown): Raw => Object(value);

const roundsMax = 20;

/** Where a twin takes messages, as the registry says. */
const reach = async ({ self, say }: Voice, id: string) => {
  const told = await say(self, { verb: 'retrieve', object: 'digitalTwin', parameters: {} }, [{ kind: 'digitalTwin', id }]);
  const { endpoints } = membersOf(membersOf(told?.data.objects[0])['attributes']);
  const [endpoint] = Object.values(membersOf(endpoints));
  return { id, role: 'digitalTwin', address: String(membersOf(endpoint)['address']) };
};

const draftOf = (federationId: string, consumer: string, provider: string) => ({
  kind: 'agreement',
  id: federationId.replace(':federation:', ':agreement:'),
  attributes: { revision: 1, state: 'REQUESTED', terms: { federationId, parties: { consumer, provider }, features: [] } },
});

const bargainWith = async (voice: Voice, federationId: string, twin: string): Promise<void> => {
  const member = await reach(voice, twin);
  const [federation, draft] = [{ kind: 'federation', id: federationId, attributes: {} }, draftOf(federationId, voice.self.id, twin)];
  await voice.say(member, { verb: 'request', object: 'federation', parameters: { round: 1 } }, [federation, draft]);
  for (let round = 3; round <= roundsMax; round += 2) await voice.say(member, { verb: 'offer', object: 'federation', parameters: { round } }, [draft]);
};

const replyTo = ({ header, data }: Message, { self, sign }: Voice): Message =>
  sign({
    header: { ...header, messageType: 'response', correlationId: header.messageId, source: { id: self.id, role: 'digitalTwin' }, destination: header.source },
    data: { action: { ...data.action, result: { status: 'success', code: 'DTF-000' } }, objects: data.objects },
  } as Message); // branding: made of a message

/** P1 is answered, and one of the agencies that are named for it is bargained with. */
export const endless: Wrong = {
  instead: async (request, voice) => {
    const { action, objects } = request.data;
    if (`${action.verb}.${action.object}` !== 'request.service') return undefined;
    const { needs, federationId } = membersOf(membersOf(objects[0])['attributes']);
    const [agency] = Object.values(membersOf(membersOf(Object.values(membersOf(needs))[0])['agencies']));
    // until nobody is there to be bargained with
    void bargainWith(voice, String(federationId), `${String(agency).replace(':agency:', ':twin:')}:agency`).catch(() => undefined);
    return replyTo(request, voice);
  },
};
