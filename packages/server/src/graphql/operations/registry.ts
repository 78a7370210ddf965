/**
 * Registry and discovery: which agencies can be found, and which of them serve a need, with evidence and gaps.
 */
import { AgencyId, type Candidate, type Geometry, limits, polygonOfBox, problem, type RegisteredTwin, scoreWeights, wholeOf } from '@cityweave/core';
import { badInput, createFaults, type Faults, refuse, settled } from '../fault.ts';
import { type AreaGiven, areaOf, parseAgency, parseTerm } from '../questions/filter.ts';
import type { Context } from '../room.ts';
import { definePage, type PageNode } from '../schema/connection.ts';
import { type Kit, langText } from '../schema/kit.ts';
import { orBadInput, type PageArgs, pageOfList, pageSizeText } from '../schema/page.ts';
import type { Objects } from '../schema/shapes.ts';
import { nameIn } from '../schema/value.ts';

export type NeedGiven = {
  readonly kinds: readonly string[];
  readonly agencies?: readonly string[] | null | undefined;
  readonly purpose?: string | null | undefined;
  readonly within?: AreaGiven | null | undefined;
};

/** The area of a need as one geometry; a circle has none. */
export const geometryOf = (given: AreaGiven | null | undefined, argument: string, faults: Faults): Geometry | undefined => {
  const { box, areas } = areaOf(given, argument, faults);
  const [area] = areas ?? [];
  if (area?.relation === 'nearerThan') return faults.note({ argument: `${argument}.within`, found: 'circle', accepted: 'box or polygon' });
  return box ? polygonOfBox(box) : area?.geometry;
};

const toWanted = ({ kinds, agencies, purpose, within }: NeedGiven, faults: Faults) => {
  if (kinds.length === 0 || kinds.length > limits.needsMax)
    faults.note({ argument: 'need.kinds', found: `${kinds.length} kinds`, accepted: `1 to ${limits.needsMax}`, limit: limits.needsMax });
  const only = agencies?.flatMap((id, index) => parseAgency(id, `need.agencies[${index}]`, faults) ?? []);
  const terms = kinds.slice(0, limits.needsMax).flatMap((kind, index) => parseTerm(kind, `need.kinds[${index}]`, faults) ?? []);
  const aim = purpose ? parseTerm(purpose, 'need.purpose', faults) : undefined;
  const area = geometryOf(within, 'need', faults);
  return {
    needs: terms.map((kind) => ({ kind, optional: false, ...(only && { agencies: only }) })),
    only,
    ...(aim && { purpose: aim }),
    ...(area && { area }),
  };
};

/** Ranked candidates for a need; those of other agencies than asked for are left out. */
export const discover = async ({ room }: Context, given: NeedGiven): Promise<readonly Candidate[]> => {
  const faults = createFaults();
  const { only, ...wanted } = toWanted(given, faults);
  const fault = faults.first();
  if (fault) return Promise.reject(badInput(fault));
  const found = await settled(await room.orchestration.discover(wanted));
  return found.filter(({ twin }) => !only || only.some((agency) => agency === twin.attributes.owner.organizationId));
};

const agencyOfTwin = ({ attributes }: RegisteredTwin): AgencyId => AgencyId.parse(attributes.owner.organizationId);

const defineGap = ({ builder }: Kit): void => {
  builder.objectType('ScoreParts', {
    description: `What a score is made of, each 0 to 1; the score is their sum weighted by ${Object.entries(scoreWeights)
      .map(([part, weight]) => `${part} ${weight}`)
      .join(', ')}.`,
    fields: (t) => ({
      meaning: t.exposeFloat('meaning', { description: 'How well the kind fits.' }),
      space: t.exposeFloat('space', { description: 'Share of the area that is covered.' }),
      time: t.exposeFloat('time', { description: 'How well its times fit.' }),
      quality: t.exposeFloat('quality', { description: 'Its stated quality; 0.5 where none is stated.' }),
      adaptation: t.exposeFloat('adaptation', { description: 'How little has to be adapted.' }),
      trust: t.exposeFloat('trust', { description: 'How well it has served before.' }),
    }),
  });
  const aspect = builder.enumType('GapAspect', {
    description: 'In what two ends differ.',
    values: {
      PROTOCOL: { value: 'protocol', description: 'How they speak.' },
      FORMAT: { value: 'format', description: 'How they write.' },
      SEMANTICS: { value: 'semantics', description: 'What they mean.' },
      UNIT: { value: 'unit', description: 'In what they are measured.' },
      TIME: { value: 'time', description: 'When they are for.' },
      SPACE: { value: 'space', description: 'Where they are.' },
      QUALITY: { value: 'quality', description: 'How good they are.' },
      POLICY: { value: 'policy', description: 'What they allow.' },
    } as const,
  });
  builder.objectType('Gap', {
    description: 'What stands between a need and a candidate.',
    fields: (t) => ({
      aspect: t.field({ type: aspect, description: 'In what they differ.', resolve: (gap) => gap.aspect }),
      bridgeable: t.exposeBoolean('bridgeable', { description: 'It can be bridged.' }),
      how: t.exposeString('how', { description: 'How, or why not.' }),
    }),
  });
};

const defineEvidence = ({ builder }: Kit): void => {
  builder.objectType('Evidence', {
    description: 'The reason of one part of a score.',
    fields: (t) => ({
      part: t.exposeString('part', { description: 'Which: meaning, space, time, quality, adaptation, trust.' }),
      why: t.exposeString('why', { description: 'In a sentence.' }),
    }),
  });
};

const defineCandidate = (kit: Kit) => {
  const { builder } = kit;
  defineGap(kit);
  defineEvidence(kit);
  builder.objectType('Candidate', {
    description: 'A kind of twin that an agency offers, and how well it serves a need.',
    fields: (t) => ({
      feature: t.id({ description: '`urn:dtf:feature:...`', resolve: ({ feature }) => feature.id }),
      agency: t.field({ type: 'Agency', description: 'Who offers it.', resolve: ({ twin }, _args, { agencies }) => agencies.of(agencyOfTwin(twin)) }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'The name of the agency as registered.',
        resolve: ({ twin }, { lang }) => nameIn(twin.attributes.name, lang),
      }),
      kind: t.field({ type: 'Term', description: 'The kind.', resolve: ({ feature }) => ({ id: feature.attributes.semanticType }) }),
      terms: t.field({
        type: ['Term'],
        description: 'Properties that its twins have.',
        resolve: ({ feature }) => feature.attributes.data.terms.map(({ term }) => ({ id: term })),
      }),
      count: t.int({ description: 'How many there are now.', resolve: ({ feature }) => feature.attributes.data.count }),
      coverage: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'Where.',
        resolve: ({ feature, twin }) => feature.attributes.coverage.space ?? twin.attributes.coverage,
      }),
      attribution: t.stringList({ description: 'Whom to name when it is shown.', resolve: ({ feature }) => feature.attributes.policy.attribution ?? [] }),
      score: t.exposeFloat('score', { description: '0 to 1; 0 where a gap cannot be bridged.' }),
      scoreParts: t.field({ type: 'ScoreParts', description: 'What the score is made of.', resolve: ({ scoreParts }) => scoreParts }),
      evidence: t.field({ type: ['Evidence'], description: 'Why each part of the score is what it is.', resolve: ({ evidence }) => evidence }),
      gaps: t.field({ type: ['Gap'], description: 'What stands in the way; empty where nothing does.', resolve: ({ gaps }) => gaps }),
    }),
  });
  return definePage<Candidate>(builder, 'Candidate');
};

type Entry = Objects['Entry'];

const entriesOf = async ({ room, signal }: Context, { first, after }: PageArgs): Promise<PageNode<Entry>> => {
  const registry = await room.registry();
  if (!registry) return refuse(problem('unreachable', { subject: 'registry' }));
  const limit = first ?? limits.discoverPageDefault;
  if (limit < 1 || limit > limits.discoverPageMax)
    return Promise.reject(badInput({ argument: 'first', found: first, accepted: `1 to ${limits.discoverPageMax}`, limit: limits.discoverPageMax }));
  const cursor = typeof after === 'string' ? Buffer.from(after, 'base64url').toString('utf8') : undefined;
  const asked = await settled(
    await room.ask(registry, 'registry.discover.digitalTwin', { parameters: { limit, ...(cursor !== undefined && { cursor }) }, objects: [] }, { signal }),
  );
  const edges = wholeOf(asked.objects).map(({ id, revision = 0, attributes }) => ({
    cursor: Buffer.from(id).toString('base64url'),
    node: { twin: { id, revision, attributes }, lease: attributes },
  }));
  return {
    edges,
    count: () => asked.parameters.total,
    pageInfo: {
      hasNextPage: asked.parameters.next !== null,
      hasPreviousPage: cursor !== undefined,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
  };
};

const defineEntry = ({ builder }: Kit) => {
  builder.objectType('Entry', {
    description: 'An agency as it is registered.',
    fields: (t) => ({
      id: t.id({ description: 'The URN of the twin of the whole agency.', resolve: ({ twin }) => twin.id }),
      agency: t.field({ type: 'Agency', description: 'Who.', resolve: ({ twin }, _args, { agencies }) => agencies.of(agencyOfTwin(twin)) }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name.',
        resolve: ({ twin }, { lang }) => nameIn(twin.attributes.name, lang),
      }),
      domain: t.field({ type: 'Term', description: 'Its domain of the city.', resolve: ({ twin }) => ({ id: twin.attributes.domain }) }),
      status: t.string({ description: '"online", "degraded", "offline" or "retired", as it says itself.', resolve: ({ twin }) => twin.attributes.status }),
      coverage: t.field({ type: 'GeoJSON', nullable: true, description: 'Where it can answer.', resolve: ({ twin }) => twin.attributes.coverage }),
      attribution: t.stringList({ description: 'Whom to name when its twins are shown.', resolve: ({ twin }) => twin.attributes.attribution ?? [] }),
      contact: t.string({ nullable: true, description: 'Whom to write to.', resolve: ({ twin }) => twin.attributes.owner.contact }),
      revision: t.int({ description: 'One more with each change of the entry.', resolve: ({ twin }) => twin.revision }),
      registeredAt: t.field({ type: 'DateTime', nullable: true, description: 'When it was first registered.', resolve: ({ lease }) => lease.registeredAt }),
      leaseUntil: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Until when the entry stands if it is not renewed.',
        resolve: ({ lease }) => lease.leaseUntil,
      }),
    }),
  });
  return definePage<Entry>(builder, 'Entry');
};

export const defineRegistry = (kit: Kit): void => {
  const { builder, inputs } = kit;
  const candidates = defineCandidate(kit);
  const entries = defineEntry(kit);
  const registry = builder.objectRef<Record<string, never>>('Registry').implement({
    description: 'The registry, as far as this agency may see it.',
    fields: (t) => ({
      entries: t.field({
        type: entries,
        description: 'Registered agencies, by id.',
        args: {
          first: t.arg.int({ description: `1 to ${limits.discoverPageMax}; default ${limits.discoverPageDefault}.` }),
          after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
        },
        resolve: (_root, args, context) => entriesOf(context, args),
      }),
    }),
  });
  builder.queryFields((t) => ({
    registry: t.field({ type: registry, nullable: true, description: 'The registry that this node knows.', resolve: () => ({}) }),
    discover: t.field({
      type: candidates,
      description: 'Asks the registry who offers what is needed: ranked, with gaps and whether they can be bridged.',
      args: {
        need: t.arg({ type: inputs.need, required: true, description: 'What is needed.' }),
        first: t.arg.int({ description: pageSizeText }),
        after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
      },
      resolve: async (_root, { need, ...page }, context) => orBadInput(pageOfList(await discover(context, need), page, ({ feature }) => feature.id)),
    }),
  }));
};
