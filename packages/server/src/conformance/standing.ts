/**
 * Standing: how the kit brings an entry, an agreement and a run of a function of the target into a state, and how it then speaks of them.
 */
import { type Actor, createActor, memberAt, type Raw } from './actor.ts';
import type { Material } from './behaviour.ts';
import { entryOf, featureOf, isSuccess, objectsOf, type Stage, say } from './stage.ts';
import { type Finding, playVector, type Vector } from './vector.ts';
import type { Reach, Standing } from './wrong-state.ts';

const skipped = (why: string): Finding => ({ outcome: 'skipped', why });

const rewrite = (message: Raw, change: (text: string) => string): Raw => ({ ...message, data: JSON.parse(change(JSON.stringify(message['data']))) });

/** The conversation in which an agreement is asked for, confirmed and ended. */
const conversation = '09-states';

const named = (name: string, { authority }: Actor): Standing['about'] => {
  const form = /urn:dtf:(agreement|federation|connection):[^"]+/g;
  return (message) => rewrite(message, (text) => text.replaceAll(form, `urn:dtf:$1:${authority}:${name}`));
};

/** The conversation up to where this is said and heard, under a name of its own. */
const upTo = ({ vectors }: Pick<Material, 'vectors'>, said: string, name: string): Vector | undefined => {
  const found = vectors.find(({ id }) => id === conversation);
  const last = found?.steps.findLastIndex(({ say: one, expect: { code } }) => one === said && code.includes('DTF-000')) ?? -1;
  if (!found || last < 0) return undefined;
  return JSON.parse(JSON.stringify({ ...found, steps: found.steps.slice(0, last + 1) }).replaceAll(':states', `:${name}`)) as Vector; // branding: only names are others
};

/** After this was said of it, as the conversation has it. */
export const inAgreement =
  (said: string): Reach =>
  async ({ stage, actor, material, attempt }) => {
    const name = said.replace('.federation', '-wrong');
    const vector = upTo(material, said, name);
    const played = vector && (await playVector(stage, vector));
    if (played?.outcome !== 'passed') return played ?? skipped(`no vector ${conversation}`);
    return attempt({ actor, about: named(name, actor) });
  };

/** A variable of a vector as a whole text. */
const variable = (name: string): string => JSON.stringify(`\${${name}}`);

const nothing = '"urn:dtf:feature:nobody.conformance.example:nothing"';

/** Asked for what is not offered: declined. */
export const ofAgreement: Reach = async ({ stage, actor, material, attempt }) => {
  const vector = upTo(material, 'request.federation', 'declined');
  const asked = vector?.steps.at(-1);
  if (!vector || !asked) return skipped(`no vector ${conversation}`);
  const step = JSON.parse(JSON.stringify(asked).replaceAll(variable('feature.id'), nothing).replaceAll('"accepted"', '"rejected"')) as typeof asked; // branding: only names are others
  const played = await playVector(stage, { ...vector, steps: [step] });
  return played.outcome === 'passed' ? attempt({ actor, about: named('declined', actor) }) : played;
};

/** Of somebody who registered and withdrew. */
export const withoutEntry: Reach = async ({ stage, attempt }) => {
  await using leaver = await createActor('leaver', stage.deps, stage);
  const to = { to: stage.registry, role: 'registry' };
  const feature = featureOf(leaver, 'city:Building');
  const said = [
    await say(stage, leaver, { ...to, verb: 'register', object: 'digitalTwin', objects: [entryOf(leaver)] }),
    await say(stage, leaver, { ...to, verb: 'register', object: 'feature', objects: [feature] }),
    await say(stage, leaver, { ...to, verb: 'deregister', object: 'digitalTwin', objects: [{ kind: 'digitalTwin', id: leaver.id }] }),
  ];
  const refused = said.find((one) => !isSuccess(one));
  if (refused) return skipped(`the registry does not take it in and out (${refused.code ?? 'no answer'})`);
  const about: Standing['about'] = (message) =>
    rewrite(message, (text) => text.replaceAll(/urn:dtf:twin:[^"]+/g, leaver.id).replaceAll(/urn:dtf:feature:[^"]+/g, String(feature['id'])));
  return attempt({ actor: leaver, about });
};

/** A function whose inputs are known: which twins stand in an area. */
const known = 'city:Exposure';
const inputs = { areas: [{ geometry: { type: 'Point', coordinates: [0, 0] } }] };

const functionAt = async (stage: Stage, actor: Actor): Promise<string | undefined> => {
  const told = await say(stage, actor, {
    ...{ to: stage.registry, role: 'registry', verb: 'discover', object: 'feature' },
    parameters: { twins: [stage.target.id], kinds: [known], limit: 50 },
  });
  return objectsOf(told).flatMap((object) => (memberAt(object, 'attributes.semanticType') === known ? [String(memberAt(object, 'id'))] : []))[0];
};

type Connecting = {
  /** of the federation, the agreement and the connection */
  readonly name: string;
  /** what else than the conversation has it is asked for */
  readonly otherwise?: (text: string) => string;
};

/** Under an agreement of its own and over a connection that was opened, as the conversation confirms it. */
export const connect = async (stage: Stage, material: Pick<Material, 'vectors'>, { name, otherwise = (text) => text }: Connecting): Promise<Finding> => {
  const vector = upTo(material, 'confirm.federation', name);
  if (!vector) return skipped(`no vector ${conversation}`);
  const opening = vector.steps.find(({ say: one }) => one === 'request.communication');
  const isWhole = ({ expect }: Vector['steps'][number]): boolean => expect.code.includes('DTF-000');
  const steps = [...vector.steps.filter(isWhole), ...(opening ? [{ ...opening, expect: { code: ['DTF-000'] } }] : [])];
  return playVector(stage, { ...vector, steps: JSON.parse(otherwise(JSON.stringify(steps))) });
};

/** Of a run that is done. */
export const withRun: Reach = async ({ stage, actor, material, attempt }) => {
  const feature = await functionAt(stage, actor);
  if (feature === undefined) return skipped(`the target offers no function whose inputs the kit knows: ${known}`);
  const invoking = (text: string): string =>
    text
      .replaceAll(variable('feature.id'), JSON.stringify(feature))
      .replaceAll(variable('feature.kind'), JSON.stringify(known))
      .replaceAll('["read","subscribe"]', '["invoke"]');
  const connected = await connect(stage, material, { name: 'computed', otherwise: invoking });
  if (connected.outcome !== 'passed') return connected;
  const [federationId, agreementId] = ['federation', 'agreement'].map((noun) => `urn:dtf:${noun}:${actor.authority}:computed`);
  const objects = [{ kind: 'feature', id: feature }];
  const to = { to: stage.target, role: 'digitalTwin', object: 'feature', objects };
  const told = await say(stage, actor, { ...to, verb: 'invoke', parameters: { federationId, agreementId, mode: 'sync', inputs } });
  const runId = memberAt(told.body, 'data.action.parameters.runId');
  if (typeof runId !== 'string') return { outcome: 'failed', why: `${known} was not computed: ${told.code ?? 'no answer'}` };
  return attempt({
    actor,
    about: (message) => rewrite(message, (text) => text.replaceAll(/urn:uuid:[0-9a-f-]{36}/g, runId).replaceAll(/urn:dtf:feature:[^"]+/g, feature)),
  });
};
