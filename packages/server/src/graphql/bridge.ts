/**
 * The bridge of a connection as applications see it: which adaptor lies between, what it converts, what is lost by it, what went over it.
 */
import { type AdaptationReport, type AdaptationStep, agencyOf, type Bridge, type BridgeFigures, type Json } from '@cityweave/core';
import { figures } from '../orchestration/bridging/standing-bridge.ts';
import { communications } from '../orchestration/room.ts';
import type { GraphqlRoom } from './room.ts';
import type { Kit } from './schema/kit.ts';
import type { States } from './schema/states.ts';

type BridgeNode = { readonly bridge: Bridge; readonly figures: BridgeFigures | undefined };

const bridgeOf = (room: GraphqlRoom, id: string): BridgeNode | undefined => {
  const bridge = communications.load(room.records, id)?.bridge;
  return bridge && { bridge, figures: figures.load(room, id) };
};

const stepNames: Readonly<Record<AdaptationStep, 'PROTOCOL' | 'FORMAT' | 'SEMANTIC'>> = { protocol: 'PROTOCOL', format: 'FORMAT', semantic: 'SEMANTIC' };

const defineStep = ({ builder }: Kit) =>
  builder.enumType('AdaptationStep', {
    description: 'What an adaptor does to messages that pass it.',
    values: {
      PROTOCOL: { description: 'Carries them over another binding.' },
      FORMAT: { description: 'Reads records of another format.' },
      SEMANTIC: { description: 'Says them in other terms, units, places and times.' },
    } as const,
  });

const defineLosses = ({ builder }: Kit) => {
  const loss = builder.objectRef<AdaptationReport['lossy'][number]>('Loss').implement({
    description: 'A property that comes over as something that is not quite the same.',
    fields: (t) => ({
      from: t.field({ type: 'Term', description: 'What its owner says.', resolve: ({ from }) => ({ id: from }) }),
      to: t.field({ type: 'Term', description: 'As what it comes over.', resolve: ({ to }) => ({ id: to }) }),
      why: t.exposeString('why', { description: 'What is lost.' }),
    }),
  });
  const unmapped = builder.objectRef<AdaptationReport['unmapped'][number]>('UnmappedTerm').implement({
    description: 'A property that does not come over.',
    fields: (t) => ({
      term: t.field({ type: 'Term', description: 'The property.', resolve: ({ term }) => ({ id: term }) }),
      why: t.exposeString('why', { description: 'What is missing.' }),
    }),
  });
  return { loss, unmapped };
};

const defineBridgeType = (kit: Kit, states: States) => {
  const step = defineStep(kit);
  const { loss, unmapped } = defineLosses(kit);
  return kit.builder.objectRef<BridgeNode>('Bridge').implement({
    description: 'What lies between the ends of a connection that cannot talk directly.',
    fields: (t) => ({
      adaptor: t.field({
        type: 'Agency',
        description: 'Whose adaptor it is.',
        resolve: ({ bridge }, _args, { agencies }) => agencies.of(agencyOf(bridge.adaptorId)),
      }),
      profile: t.id({ description: '`urn:dtf:profile:...`', resolve: ({ bridge }) => bridge.profileId }),
      steps: t.field({ type: [step], description: 'What it does, in this order.', resolve: ({ bridge }) => bridge.steps.map((one) => stepNames[one]) }),
      coverage: t.float({ description: 'Share of the properties that come over.', resolve: ({ bridge }) => bridge.report.coverage }),
      expectedLoss: t.float({
        description: '0 where everything comes over as what it is, 1 where nothing does.',
        resolve: ({ bridge }) => bridge.report.expectedLoss,
      }),
      exact: t.stringList({ description: 'Conversions that lose nothing.', resolve: ({ bridge }) => bridge.report.exact }),
      lossy: t.field({ type: [loss], description: 'Properties that are not quite the same.', resolve: ({ bridge }) => bridge.report.lossy }),
      unmapped: t.field({ type: [unmapped], description: 'Properties that are lost.', resolve: ({ bridge }) => bridge.report.unmapped }),
      state: t.field({
        type: states.connection,
        nullable: true,
        description: 'Where it stands, as the adaptor said last.',
        resolve: ({ figures: told }) => told?.state,
      }),
      messages: t.int({ nullable: true, description: 'Messages that it had passed on when it last told.', resolve: ({ figures: told }) => told?.messages }),
      failures: t.int({ nullable: true, description: 'Of them came to nothing.', resolve: ({ figures: told }) => told?.failures }),
      dropped: t.int({
        nullable: true,
        description: 'Values and records that could not be converted and were left out.',
        resolve: ({ figures: told }) => told?.dropped,
      }),
    }),
  });
};

type BridgedFeature = Bridge['features'][number];

/** What may be invoked over it. */
const addFunctions = ({ builder }: Kit, bridge: ReturnType<typeof defineBridgeType>): void => {
  const type = builder.objectRef<BridgedFeature>('BridgedFunction').implement({
    description: 'A function of a system of its own, as its adaptor lets it be invoked.',
    fields: (t) => ({
      id: t.id({ description: '`urn:dtf:feature:...`, for `invokeFeature`.', resolve: ({ featureId }) => featureId }),
      kind: t.field({ type: 'Term', description: 'What it computes.', resolve: ({ kind }) => ({ id: kind }) }),
      inputs: t.field({
        type: 'JSON',
        description: 'JSON Schema of its inputs, by terms; `unit` says in which unit.',
        resolve: ({ inputs }) => inputs as Json,
      }), // branding: a schema is JSON
      outputs: t.field({ type: 'JSON', description: 'JSON Schema of its outputs, likewise.', resolve: ({ outputs }) => outputs as Json }), // branding: as above
    }),
  });
  builder.objectFields(bridge, (t) => ({
    functions: t.field({
      type: [type],
      description: 'What may be invoked over it.',
      resolve: ({ bridge: { features } }) => features.filter(({ inputs, outputs }) => inputs !== undefined && outputs !== undefined),
    }),
  }));
};

export const defineBridge = (kit: Kit, states: States): void => {
  const type = defineBridgeType(kit, states);
  addFunctions(kit, type);
  kit.builder.objectFields('Connection', (t) => ({
    bridge: t.field({
      type,
      nullable: true,
      description: 'The adaptor between; null where the ends talk directly.',
      resolve: ({ id }, _args, { room }) => bridgeOf(room, id),
    }),
  }));
};
