/**
 * The kinds of objects in the schemas of the messages: by which paths each kind has attributes.
 */

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

const deepMax = 6;

const branches = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;

const member = (schema: Schema, name: string): Schema => (isSchema(schema[name]) ? (schema[name] as Schema) : {}); // branding: looked at in the line itself

const resolved = (schema: Schema, whole: Schema): Schema => {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  return name === undefined ? schema : member(member(whole, '$defs'), name);
};

/** Paths of members within, through lists and alternatives. */
export const pathsOf = (given: Schema, whole: Schema = given, depth = 0): readonly string[] => {
  if (depth > deepMax) return [];
  const schema = resolved(given, whole);
  const alternatives = [...branches.flatMap((name) => (Array.isArray(schema[name]) ? schema[name].filter(isSchema) : [])), member(schema, 'items')];
  const own = Object.entries(member(schema, 'properties')).flatMap(([name, value]) => [
    name,
    ...(isSchema(value) ? pathsOf(value, whole, depth + 1).map((path) => `${name}.${path}`) : []),
  ]);
  return [...own, ...alternatives.flatMap((one) => (Object.keys(one).length > 0 ? pathsOf(one, whole, depth) : []))];
};

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
