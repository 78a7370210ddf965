/**
 * The kinds of objects in the schemas of the messages: by which paths each kind has attributes.
 */

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

const deepMax = 6;

const branches = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;

const member = (schema: Schema, name: string): Schema => (isSchema(schema[name]) ? (schema[name] as Schema) : {}); // branding: looked at in the line itself

const nameIn = (schema: Schema): string | undefined => (typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined);

const resolved = (schema: Schema, whole: Schema): Schema => {
  const name = nameIn(schema);
  return name === undefined ? schema : name === '#' ? whole : member(member(whole, '$defs'), name);
};

type Way = {
  readonly whole: Schema;
  readonly depth: number /** schemas that are within themselves are gone through once */;
  readonly through: readonly string[];
};

const pathsAlong = (given: Schema, { whole, depth, through }: Way): readonly string[] => {
  const name = nameIn(given);
  if (depth > deepMax || (name !== undefined && through.includes(name))) return [];
  const schema = resolved(given, whole);
  const way = { whole, depth, through: name === undefined ? through : [...through, name] };
  const alternatives = [...branches.flatMap((branch) => (Array.isArray(schema[branch]) ? schema[branch].filter(isSchema) : [])), member(schema, 'items')];
  const own = Object.entries(member(schema, 'properties')).flatMap(([of, value]) => [
    of,
    ...(isSchema(value) ? pathsAlong(value, { ...way, depth: depth + 1 }).map((path) => `${of}.${path}`) : []),
  ]);
  return [...own, ...alternatives.flatMap((one) => (Object.keys(one).length > 0 ? pathsAlong(one, way) : []))];
};

/** Paths of members within, through lists and alternatives. */
export const pathsOf = (given: Schema, whole: Schema = given): readonly string[] => pathsAlong(given, { whole, depth: 0, through: [] });

/** Of every object of a kind, wherever it stands, its attributes. */
const attributesIn = (value: unknown, whole: Schema, kind: string): readonly Schema[] => {
  if (Array.isArray(value)) return value.flatMap((one) => attributesIn(one, whole, kind));
  if (!isSchema(value)) return [];
  const properties = member(value, 'properties');
  const own = resolved(member(properties, 'kind'), whole)['const'] === kind ? [member(properties, 'attributes')] : [];
  return [...own, ...Object.values(value).flatMap((one) => attributesIn(one, whole, kind))];
};

export const attributePathsOf = (whole: Schema, kind: string): ReadonlySet<string> =>
  new Set(attributesIn(whole, whole, kind).flatMap((schema) => pathsOf(schema, whole)));
