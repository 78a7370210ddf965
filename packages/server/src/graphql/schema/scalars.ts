/**
 * The scalars of the schema with their specifications. A scalar can refuse only by throwing: GraphQL makes of it an error that names the argument.
 */
import { Instant, msOfDuration } from '@cityweave/core';
import { GraphQLScalarType, type ValueNode, valueFromASTUntyped } from 'graphql';
import { badInput } from '../fault.ts';

type ScalarRow = { readonly specifiedByURL: string; readonly description: string; readonly accepted: string; readonly parse: (given: unknown) => unknown };

const rows = {
  DateTime: {
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
    description: 'An instant, RFC 3339, told in UTC with milliseconds: "2026-05-04T12:30:00.000Z". An offset must be given.',
    accepted: 'an RFC 3339 instant with offset, as 2026-05-04T12:30:00Z',
    parse: (given) => Instant.safeParse(given).data,
  },
  Duration: {
    specifiedByURL: 'https://www.iso.org/standard/70907.html',
    description: 'An ISO 8601 duration of days, hours, minutes and seconds: "PT2S", "P1DT3H". Months and years have no fixed length and are refused.',
    accepted: 'an ISO 8601 duration of days, hours, minutes and seconds, as PT2S',
    parse: (given) => (typeof given === 'string' && msOfDuration(given) !== undefined ? given : undefined),
  },
  GeoJSON: {
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7946',
    description: 'A GeoJSON geometry (RFC 7946), longitude before latitude: {"type": "Point", "coordinates": [9.25, 52.02]}.',
    accepted: 'a GeoJSON geometry, as {"type": "Point", "coordinates": [9.25, 52.02]}',
    parse: (given) => (typeof given === 'object' && given !== null && 'type' in given ? given : undefined),
  },
  JSON: {
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    description: 'Any JSON value.',
    accepted: 'a JSON value',
    parse: (given) => given,
  },
  URI: {
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3986',
    description: 'An absolute URI, also a URN: "urn:dtf:twin:water.example:gauges/12".',
    accepted: 'an absolute URI',
    parse: (given) => (typeof given === 'string' && /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(given) ? given : undefined),
  },
} as const satisfies Readonly<Record<string, ScalarRow>>;

export type ScalarName = keyof typeof rows;

const toScalar = (name: string, { specifiedByURL, description, accepted, parse }: ScalarRow): GraphQLScalarType => {
  const checked = (given: unknown): unknown => {
    const parsed = parse(given);
    if (parsed === undefined) throw badInput({ argument: name, found: given, accepted });
    return parsed;
  };
  return new GraphQLScalarType({
    name,
    description,
    specifiedByURL,
    parseValue: checked,
    parseLiteral: (...[node, variables]: [ValueNode, (Record<string, unknown> | null)?]) => checked(valueFromASTUntyped(node, variables)),
  });
};

const names = Object.keys(rows) as readonly ScalarName[]; // branding: keys of our own table

export const scalars = names.map((name) => [name, toScalar(name, rows[name])] as const);
