/**
 * Subgraph: a node as a part of a bigger graph. Twins and federated twins are entities, known by their id.
 */
import { TwinId } from '@cityweave/core';
import { type DocumentNode, GraphQLScalarType, type GraphQLSchema, Kind, parse, print, printSchema, visit } from 'graphql';
import { badInput } from '../fault.ts';
import { findFederatedTwin } from '../questions/finding.ts';
import type { Context } from '../room.ts';
import type { defineFederatedTwins } from '../schema/federated-twin.ts';
import type { Kit } from '../schema/kit.ts';
import type { FederatedTwinNode, TwinNode } from '../schema/shapes.ts';
import type { defineTwins } from '../schema/twin.ts';
import { genericFederatedTwin } from '../typed-kinds.ts';

const federationSpec = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])';

/** What belongs to the protocol of subgraphs and not to the graph. */
const ofProtocol = new Set(['_Any', '_Entity', '_Service', '_entities', '_service']);
const entities = new Set(['Twin', 'FederatedTwin']);
/** Types that every graph of connections has. */
const shared = new Set(['PageInfo']);

const key = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'key' },
  arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'fields' }, value: { kind: Kind.STRING, value: 'id' } }],
} as const;
const shareable = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'shareable' } } as const;

const withKeys = (document: DocumentNode): DocumentNode =>
  visit(document, {
    enter: (node) => ('name' in node && node.name && ofProtocol.has(node.name.value) ? null : undefined),
    ObjectTypeDefinition: {
      leave: (node) => {
        const isEntity = node.interfaces?.some(({ name }) => entities.has(name.value));
        return isEntity ? { ...node, directives: [key] } : shared.has(node.name.value) ? { ...node, directives: [shareable] } : undefined;
      },
    },
    InterfaceTypeDefinition: { leave: (node) => (entities.has(node.name.value) ? { ...node, directives: [key] } : undefined) },
  });

const texts = new WeakMap<GraphQLSchema, string>();

/** The schema as a gateway takes it in: entities with their keys, without the fields by which it asks. */
export const subgraphSdl = (schema: GraphQLSchema): string => {
  const text = texts.get(schema) ?? `${federationSpec}\n\n${print(withKeys(parse(printSchema(schema))))}\n`;
  texts.set(schema, text);
  return text;
};

const representation = (given: unknown): { readonly type: string; readonly id: string } | undefined => {
  if (typeof given !== 'object' || given === null || !('__typename' in given) || !('id' in given)) return undefined;
  return { type: String(given.__typename), id: String(given.id) };
};

const isFederated = (type: string): boolean => type === 'FederatedTwin' || type === genericFederatedTwin;

const findEntity = async (context: Context, given: unknown): Promise<FederatedTwinNode | TwinNode | undefined> => {
  const asked = representation(given);
  if (!asked) return Promise.reject(badInput({ argument: 'representations', found: given, accepted: '{"__typename": "Twin", "id": "urn:dtf:twin:..."}' }));
  if (isFederated(asked.type)) {
    const found = await findFederatedTwin(context, asked.id);
    return found.ok ? found.value : undefined;
  }
  const id = TwinId.safeParse(asked.id);
  const twin = id.success ? await context.own.twin(id.data) : undefined;
  return twin && { twin };
};

const entitiesMax = 500;

type Entities = readonly [ReturnType<typeof defineFederatedTwins>, ...ReturnType<typeof defineTwins>['twins']];

export const defineSubgraph = ({ builder, typed }: Kit, types: Entities): void => {
  const any = builder.addScalarType(
    '_Any' as 'JSON',
    new GraphQLScalarType({ name: '_Any', description: 'The key of an entity and the name of its type (subgraph protocol).' }),
  ); // branding: any JSON value, under the name of the protocol
  const entity = builder.unionType('_Entity', {
    description: 'Whatever a gateway may ask for by its key (subgraph protocol).',
    types: [...types],
    resolveType: (node) => ('row' in node ? genericFederatedTwin : typed.typeOf(node.twin.kind)),
  });
  const service = builder.objectRef<GraphQLSchema>('_Service').implement({
    description: 'This graph as a subgraph (subgraph protocol).',
    fields: (t) => ({ sdl: t.string({ description: 'Its schema with the keys of entities.', resolve: (schema) => subgraphSdl(schema) }) }),
  });
  builder.queryFields((t) => ({
    _service: t.field({ type: service, description: 'For gateways: this graph as a subgraph.', resolve: (...[, , , { schema }]) => schema }),
    _entities: t.field({
      type: [entity],
      nullable: { list: false, items: true },
      description: `For gateways: entities by their keys; at most ${entitiesMax}.`,
      args: { representations: t.arg({ type: [any], required: true, description: 'Keys with the names of their types.' }) },
      resolve: (_root, { representations }, context) => {
        if (representations.length > entitiesMax)
          return Promise.reject(
            badInput({ argument: 'representations', found: `${representations.length}`, accepted: `at most ${entitiesMax}`, limit: entitiesMax }),
          );
        return Promise.all(representations.map((given) => findEntity(context, given)));
      },
    }),
  }));
};
