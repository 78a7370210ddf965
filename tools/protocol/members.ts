/**
 * Members of messages: every name that a schema of the catalogue declares, and whether any code does something with it. A declaration does nothing.
 */

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of members, wherever in a JSON Schema an object has them. */
export const membersOf = (schema: unknown): readonly string[] => {
  if (Array.isArray(schema)) return schema.flatMap(membersOf);
  if (!isSchema(schema)) return [];
  const { properties, ...rest } = schema;
  const own = isSchema(properties) ? Object.entries(properties) : [];
  return [...own.flatMap(([name, value]) => [name, ...membersOf(value)]), ...Object.values(rest).flatMap(membersOf)];
};

const declaring = /\b(?:openObject|z\.object|z\.looseObject|z\.strictObject|\.extend|\.omit|\.pick)\(/g;

/** The place behind the bracket that closes the one before `from`. */
const closedAt = (text: string, from: number): number => {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '(') open += 1;
    if (text[at] === ')') open -= 1;
    if (open === 0) return at + 1;
  }
  return text.length;
};

const withoutDeclarations = (code: string): string => {
  let [kept, at] = ['', 0];
  for (const { index, 0: beginning } of code.matchAll(declaring)) {
    if (index < at) continue;
    kept += code.slice(at, index);
    at = closedAt(code, index + beginning.length);
  }
  return kept + code.slice(at);
};

const comments = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;
const texts = /'(?:[^'\\\n]|\\.)*'/g;
/** A text that is a name alone may name a member. */
const nameAlone = /^'\w+'$/;

/** Every word of code that is no comment, no prose and no declaration of a schema. */
export const wordsOf = (code: string): ReadonlySet<string> => {
  const bare = code.replaceAll(comments, '').replaceAll(texts, (text) => (nameAlone.test(text) ? text : "''"));
  return new Set(withoutDeclarations(bare).match(/\w+/g) ?? []);
};
