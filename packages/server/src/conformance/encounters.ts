/**
 * Encounters: checks that need more than a conversation as data: bytes that are no message, streams, and actors that are members of a federation that the target forms.
 */
import { request } from 'undici';
import { type Actor, memberAt, type Raw, replyOf } from './actor.ts';
import { featureOf, isSuccess, objectsOf, pass, post, type Stage, say, type Told } from './stage.ts';
import type { Finding } from './vector.ts';

const failed = (why: string): Finding => ({ outcome: 'failed', why });
const skipped = (why: string): Finding => ({ outcome: 'skipped', why });

const controlBytesMax = 1024 * 1024;

/** Bytes that are no message get a code, within the bound of an answer. */
export const sayNonsense = async (stage: Stage): Promise<Finding> => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const texts = ['', '{', 'null', '[]', '"text"', '{"header":null}', '{"header":{"__proto__":1}}', '\u0000', deep, `{"a":"${'x'.repeat(2_000)}`];
  for (const bytes of [...texts, new Uint8Array([0xff, 0xfe, 0x80]), new Uint8Array(1_000)]) {
    const told = await post(stage, stage.target.endpoint, bytes);
    if (told.code === undefined) return failed(`${JSON.stringify(String(bytes).slice(0, 40))} got no code`);
    if (!told.code.startsWith('DTF-1')) return failed(`${JSON.stringify(String(bytes).slice(0, 40))} got ${told.code}`);
  }
  return { outcome: 'passed' };
};

/** A control message beyond its bound is refused as too large. */
export const sayTooMuch = async (stage: Stage, actor: Actor): Promise<Finding> => {
  const told = await say(stage, actor, {
    to: stage.registry,
    role: 'registry',
    verb: 'retrieve',
    object: 'registry',
    parameters: { padding: 'x'.repeat(controlBytesMax) },
  });
  return told.code === 'DTF-109' ? { outcome: 'passed' } : failed(`a control message of more than 1 MiB got ${told.code ?? 'no code'}, DTF-109 should come`);
};

/** The name of a subscription alone opens no stream. */
export const listenUninvited = async (stage: Stage): Promise<Finding> => {
  const address = new URL('/dtf/events?subscription=urn:dtf:subscription:conformance.example:1', stage.target.endpoint);
  const { statusCode, body } = await request(address, { signal: stage.signal });
  await body.dump();
  return statusCode === 404 || statusCode === 401 ? { outcome: 'passed' } : failed(`a stream was opened without a pass: ${statusCode}`);
};

/** Wanted of the actors alone, whoever else offers it. */
const kind = 'city:RiverGauge';

const answers = (stage: Stage, actor: Actor, decide: (verb: string) => 'accept' | 'reject' | 'silent') => {
  const heard: string[] = [];
  const reply = (message: Raw, parameters: Raw, objects: readonly unknown[] = []): Raw =>
    replyOf(actor, message, { parameters, objects, at: stage.deps.clock.now(), id: stage.deps.ids.uuid() });
  const answer = (message: Raw): Raw | undefined => {
    const verb = `${String(memberAt(message, 'data.action.verb'))}.${String(memberAt(message, 'data.action.object'))}`;
    heard.push(verb);
    const how = decide(verb);
    if (how === 'silent') return undefined;
    if (verb === 'probe.digitalTwin')
      return reply(message, { echo: memberAt(message, 'data.action.parameters.echo') }, [
        { kind: 'digitalTwin', id: actor.id, attributes: { status: 'online' } },
      ]);
    if (verb === 'request.federation' && how === 'reject')
      return reply(message, { decision: 'rejected', reason: 'the kit declines' }, [memberAt(message, 'data.objects.1')]);
    if (verb === 'request.federation') return reply(message, { decision: 'review' }, [memberAt(message, 'data.objects.1')]);
    return reply(message, {});
  };
  actor.answer(answer);
  return heard;
};

const offer = (stage: Stage, actor: Actor): Promise<Told> =>
  say(stage, actor, { to: stage.registry, role: 'registry', verb: 'register', object: 'feature', objects: [featureOf(actor, kind)] });

const withdraw = (stage: Stage, actor: Actor): Promise<Told> =>
  say(stage, actor, {
    to: stage.registry,
    role: 'registry',
    verb: 'deregister',
    object: 'feature',
    objects: [{ kind: 'feature', id: featureOf(actor, kind)['id'] }],
  });

const until = async (isThere: () => boolean, boundMs: number): Promise<boolean> => {
  for (let waited = 0; waited < boundMs; waited += 100) {
    if (isThere()) return true;
    await pass(100);
  }
  return isThere();
};

/** The application that asks the target to form a federation: possible where the target lets applications of its machine speak. */
const requestFederation = async (stage: Stage, id: string): Promise<Told> => {
  const message = {
    header: {
      protocolVersion: '1.0',
      messageId: `urn:uuid:${stage.deps.ids.uuid()}`,
      messageType: 'request',
      source: { id: 'urn:dtf:application:conformance.example:kit', role: 'application' },
      destination: { id: stage.target.id, role: 'digitalTwin' },
      timestamp: stage.deps.clock.now(),
      contentFormat: 'application/json',
    },
    data: {
      action: { verb: 'request', object: 'service', parameters: {} },
      objects: [
        {
          kind: 'service',
          id,
          attributes: {
            name: { en: 'Conformance' },
            purpose: 'city:safety',
            needs: [{ kind, agencies: Object.values(stage.actors).map(({ agency }) => agency), optional: false }],
            federationId: id,
          },
        },
      ],
    },
  };
  return post(stage, stage.target.endpoint, JSON.stringify(message));
};

const patienceMs = 20_000;

/** Check 8: who refuses is left in peace, and the next candidate is asked. */
export const refuseAndPass = async (stage: Stage): Promise<Finding> => {
  const [one, two] = Object.values(stage.actors);
  if (!one || !two) return skipped('no two actors');
  const [first, second] = [answers(stage, one, () => 'reject'), answers(stage, two, () => 'reject')];
  if (!isSuccess(await offer(stage, one)) || !isSuccess(await offer(stage, two))) return skipped('the registry takes no offers of the kit');
  const asked = await requestFederation(stage, `urn:dtf:federation:${one.authority}:refusal`);
  if (!isSuccess(asked)) return skipped(`the target forms no federation for an application of this machine (${asked.code ?? 'no answer'})`);
  const invited = (heard: readonly string[]): boolean => heard.includes('request.federation');
  const both = await until(() => invited(first) && invited(second), patienceMs);
  await Promise.all([withdraw(stage, one), withdraw(stage, two)]);
  return both ? { outcome: 'passed' } : failed('the other candidate was not asked after a refusal');
};

export const findFeature = async (stage: Omit<Stage, 'feature'>, actor: Actor): Promise<Stage['feature']> => {
  const told = await say({ ...stage, feature: undefined }, actor, {
    to: stage.registry,
    role: 'registry',
    verb: 'discover',
    object: 'feature',
    parameters: { twins: [stage.target.id], limit: 50 },
  });
  const found = objectsOf(told).find((object) => memberAt(object, 'attributes.featureType') === 'data');
  const [id, semanticType] = [memberAt(found, 'id'), memberAt(found, 'attributes.semanticType')];
  return typeof id === 'string' && typeof semanticType === 'string' ? { id, kind: semanticType } : undefined;
};
