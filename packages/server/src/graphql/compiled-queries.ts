/**
 * Compiled queries: an operation that comes again is compiled. Variables are coerced by graphql itself before: the compiler would unroll inputs that contain themselves.
 */
import { useGraphQlJit } from '@envelop/graphql-jit';
import { type DocumentNode, type GraphQLSchema, getOperationAST, getVariableValues, Kind, type TypeNode, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Events } from '../events.ts';
import { bounds } from './bounds.ts';

const anyValue = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'JSON' } } as const;

/** Directives ask for a Boolean, and the compiler looks at what the variable says that it is. */
const isBoolean = (type: TypeNode): boolean =>
  type.kind === Kind.NON_NULL_TYPE ? isBoolean(type.type) : type.kind === Kind.NAMED_TYPE && type.name.value === 'Boolean';

/** The operation with variables of any value, but for those that skip or include: they have been coerced already. */
const withCoerced = (document: DocumentNode): DocumentNode =>
  visit(document, {
    VariableDefinition: ({ defaultValue, ...definition }) => (isBoolean(definition.type) ? { ...definition, defaultValue } : { ...definition, type: anyValue }),
  });

type Known = { times: number; compiled: DocumentNode | undefined };

const coerce = (
  schema: GraphQLSchema,
  document: DocumentNode,
  given: { readonly operationName: string | null | undefined; readonly variables: { readonly [name: string]: unknown } },
) => {
  const operation = getOperationAST(document, given.operationName);
  return operation && getVariableValues(schema, operation.variableDefinitions ?? [], given.variables, { maxErrors: 20 });
};

export const compiledQueries = (events: Events): readonly Plugin[] => {
  const known = new WeakMap<DocumentNode, Known>();
  const ready = new WeakSet<DocumentNode>();
  const compiledOf = (document: DocumentNode): DocumentNode | undefined => {
    const found = known.get(document) ?? { times: 0, compiled: undefined };
    known.set(document, found);
    found.times += 1;
    if (found.times <= bounds.executionsBeforeCompiling) return undefined;
    found.compiled ??= withCoerced(document);
    ready.add(found.compiled);
    return found.compiled;
  };
  const prepare: Plugin = {
    onExecute: ({ args }) => {
      const compiled = compiledOf(args.document);
      const coerced = compiled && coerce(args.schema, args.document, { operationName: args.operationName, variables: args.variableValues ?? {} });
      // variables that are wrong are told by the ordinary executor, in its own words
      if (!compiled || !coerced?.coerced) return;
      args.document = compiled;
      args.variableValues = coerced.coerced;
    },
  };
  const compile = useGraphQlJit({}, { enableIf: ({ document }) => ready.has(document), onError: (result) => events.defect('graphql compiler', result) });
  return [prepare, compile as unknown as Plugin]; // branding: the plugin asks nothing of the context
};
