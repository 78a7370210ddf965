/**
 * Guards: limits that say their bounds, and what a production node does not show or accept.
 */
import { nestedDeeperThan } from '@cityweave/core';
import { EnvelopArmor } from '@escape.tech/graphql-armor';
import { GraphQLError, NoSchemaIntrospectionCustomRule, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { bounds } from './bounds.ts';

const tooLarge = (message: string, limit: number): GraphQLError => new GraphQLError(message, { extensions: { code: 'TOO_LARGE', retryable: false, limit } });

/** The library's sentence names the bound and what was found; it becomes an ordinary error of validation. */
const reporting = (limit: number) => ({
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError): void => {
      context?.reportError(tooLarge(error.message.replace('Syntax Error: ', ''), limit));
    },
  ],
});

const shallowVariables: Plugin = {
  onParams: ({ params, setResult }) => {
    if (!nestedDeeperThan(params.variables, bounds.variablesDepthMax)) return;
    setResult({ errors: [tooLarge(`variables: found deeper nesting; accepted: at most ${bounds.variablesDepthMax} levels`, bounds.variablesDepthMax)] });
  },
};

export const limitOperations = (production: boolean): readonly Plugin[] => {
  const armor = new EnvelopArmor({
    maxDepth: { enabled: true, n: bounds.depthMax, flattenFragments: true, ...reporting(bounds.depthMax) },
    maxAliases: { enabled: true, n: bounds.aliasesMax, ...reporting(bounds.aliasesMax) },
    maxDirectives: { enabled: true, n: bounds.directivesMax, ...reporting(bounds.directivesMax) },
    costLimit: {
      enabled: true,
      maxCost: bounds.costMax,
      objectCost: 1,
      scalarCost: 1,
      depthCostFactor: 1,
      flattenFragments: true,
      ...reporting(bounds.costMax),
    },
    maxTokens: { enabled: true, n: bounds.tokensMax },
    blockFieldSuggestion: { enabled: production },
  });
  const armour = armor.protect().plugins as unknown as readonly Plugin[]; // branding: the plugins ask nothing of the context
  return [shallowVariables, ...armour];
};

const noIntrospection: Plugin = {
  onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
};

const forbidden = 403;

/** Headers that no page of another origin can send without asking first. */
const preflighted = ['x-graphql-csrf', 'apollo-require-preflight', 'x-requested-with'];
const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

const couldBeForged = (request: Request): boolean => {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const simple = type === '' || simpleTypes.includes(type);
  return simple && preflighted.every((name) => !request.headers.get(name));
};

const noForgery: Plugin = {
  onRequestParse: ({ request }) =>
    couldBeForged(request)
      ? Promise.reject(
          new GraphQLError('the request could come from a page of another origin; accepted: content-type application/json, or the header x-graphql-csrf', {
            extensions: { code: 'NOT_AUTHORISED', retryable: false, http: { status: forbidden } },
          }),
        )
      : undefined,
};

/** What a production node adds: no introspection, no forged requests. */
export const productionGuards: readonly Plugin[] = [noIntrospection, noForgery];
