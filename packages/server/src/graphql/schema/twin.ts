/**
 * Twin: one agency's digital representation of one object. Kinds that declare properties are types of their own, all others are GenericTwin.
 */
import { convert, cutLinks, limits, placeOf, type Reading, sameAs, type Term, type TermId, type Twin, type TwinId, valueOfTerm } from '@cityweave/core';
import { ownEnds } from '../questions/link-ends.ts';
import type { OwnLinks } from '../questions/own-twins.ts';
import { historyOf, type ValueNode } from '../questions/twin-history.ts';
import type { Context } from '../room.ts';
import { genericTwin, type TypedField, type TypedKind } from '../typed-kinds.ts';
import { definePage } from './connection.ts';
import { type Kit, langText } from './kit.ts';
import { defineLinks, kindsOf, type LinkArgs, type LinkNodes, linkNodes, linkText, pageOfLinks } from './link.ts';
import { pageSizeText } from './page.ts';
import type { TwinNode } from './shapes.ts';
import { nameIn } from './value.ts';

type LinksOf = { readonly kinds: readonly TermId[] | undefined; readonly direction: LinkArgs['direction'] };

const ownLinks = async ({ twin, at }: TwinNode, { kinds, direction }: LinksOf, { own, room, signal }: Context): Promise<OwnLinks> => {
  if (!at) return own.links({ id: twin.id, kinds, direction });
  const [ids, limit] = [[twin.id], limits.linksPerTwinAnswerMax];
  const { links, beyond } = cutLinks(await room.store.linksAt(ids, { kinds, direction, limit: limit + 1, moment: at }, { signal }), { ids, direction, limit });
  return { links, isCut: beyond.size > 0 };
};

const foundLinks = ({ twin, found }: TwinNode, { kinds }: LinksOf): OwnLinks => ({
  links: (found?.row.links ?? []).filter(({ kind }) => !kinds || kinds.includes(kind)),
  isCut: found?.row.linksCut.includes(twin.id) ?? false,
});

/** Own twins' links come from the store; those of others came along with the answer. */
const linksOf = async (node: TwinNode, args: LinksOf, context: Context): Promise<LinkNodes> => {
  const { twin, found } = node;
  const { links, isCut } = twin.agency === context.room.self.agency ? await ownLinks(node, args, context) : foundLinks(node, args);
  return { nodes: linkNodes(links, new Set<TwinId>([twin.id]), { direction: args.direction, ends: found?.ends ?? ownEnds(context) }), isCut };
};

const valueNode = (twin: Twin, term: string) => {
  const value = valueOfTerm(twin, term);
  return value && { term: term as TermId, value }; // branding: the twin has a value of it
};

type Links = ReturnType<typeof defineLinks>;

const defineInterface = ({ builder, typed, inputs, vocabulary }: Kit, links: Links): void => {
  builder.interfaceType('Twin', {
    interfaces: ['Node'],
    description:
      "One agency's digital representation of one object of interest. A kind that its dictionary declares with properties is a type of its own; all others are GenericTwin.",
    resolveType: ({ twin }) => typed.typeOf(twin.kind),
    fields: (t) => ({
      id: t.id({ description: '`urn:dtf:twin:<authority>:<source>/<key>`: the same after every import and on every node.', resolve: ({ twin }) => twin.id }),
      kind: t.field({ type: 'Term', description: 'What it is.', resolve: ({ twin }) => ({ id: twin.kind }) }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name.',
        resolve: ({ twin }, { lang }) => nameIn(twin.name, lang),
      }),
      agency: t.field({ type: 'Agency', description: 'Whose twin it is.', resolve: ({ twin }, _args, { agencies }) => agencies.of(twin.agency) }),
      position: t.field({ type: 'Position', nullable: true, description: 'Where it is, where known.', resolve: ({ twin }) => twin.position }),
      geometry: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'Its outline, line or point in longitude and latitude, on which spatial filters work.',
        resolve: ({ twin }) => placeOf(twin),
      }),
      property: t.field({
        type: 'Value',
        nullable: true,
        args: { term: t.arg.id({ required: true, description: 'The property, as "city:height".' }) },
        description: 'One property; null where the agency says nothing of it.',
        resolve: ({ twin }, { term }) => valueNode(twin, term),
      }),
      properties: t.field({
        type: ['Value'],
        args: { terms: t.arg.idList({ description: 'Only these; all where absent.' }) },
        description: 'Its properties.',
        resolve: ({ twin }, { terms }) => (terms ?? Object.keys(twin.values)).flatMap((term) => valueNode(twin, term) ?? []),
      }),
      links: t.field({
        type: links,
        args: {
          kinds: t.arg.idList({ description: 'Only of these kinds and narrower ones; all where absent.' }),
          direction: t.arg({ type: inputs.direction, defaultValue: 'out', required: true, description: 'Which way.' }),
          first: t.arg.int({ description: pageSizeText }),
          after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
        },
        description: linkText,
        resolve: async (node, args, context) =>
          pageOfLinks(await linksOf(node, { direction: args.direction, kinds: kindsOf(args, vocabulary) }, context), args),
      }),
    }),
  });
};

const defineRest = ({ builder }: Kit): void => {
  builder.interfaceFields('Twin', (t) => ({
    sameAs: t.field({
      type: ['Link'],
      description: 'Links saying that another twin represents the same object.',
      resolve: async (node, _args, context) => (await linksOf(node, { direction: 'both', kinds: [sameAs] }, context)).nodes,
    }),
    altIds: t.field({ type: ['AltId'], description: 'Other identifiers it is known by.', resolve: ({ twin }) => twin.altIds ?? [] }),
    objectOfInterest: t.field({
      type: 'URI',
      nullable: true,
      description: 'The thing in the city, where its owner names it: twins of several agencies that name the same one are joined.',
      resolve: ({ twin }) => twin.objectOfInterest,
    }),
    version: t.int({ description: '1 at first, one more with each change.', resolve: ({ twin }) => twin.version }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was first kept.', resolve: ({ twin }) => twin.createdAt }),
    updatedAt: t.field({ type: 'DateTime', description: 'When it last changed.', resolve: ({ twin }) => twin.updatedAt }),
  }));
};

const numberIn = ({ value, unit }: Reading, wanted: string | undefined): number | undefined => {
  if (typeof value !== 'number') return undefined;
  if (wanted === undefined || unit === undefined || unit === wanted) return value;
  const converted = convert(value, unit, wanted);
  return converted.ok ? converted.value : undefined;
};

const readingOf = ({ twin }: TwinNode, term: string): Reading | undefined => (Object.hasOwn(twin.values, term) ? twin.values[term] : undefined);

const describeField = ({ label, definition, unit, term }: Term): string =>
  [
    `${nameIn(label, 'en')}${unit ? `, in ${unit} (UCUM)` : ''}.`,
    definition && `${nameIn(definition, 'en')}.`,
    `Of \`${term}\`; null where the agency says nothing of it; provenance by \`property\`.`,
  ]
    .filter(Boolean)
    .join(' ');

const defineTyped = ({ builder }: Kit, { name, term, fields }: TypedKind) => {
  const numeric = ({ term: property }: TypedField) => property.dataType === 'number';
  return builder.objectRef<TwinNode>(name).implement({
    interfaces: ['Node', 'Twin'],
    description: [`${nameIn(term.label, 'en')} (\`${term.term}\`) as one agency keeps it.`, term.definition && `${nameIn(term.definition, 'en')}.`]
      .filter(Boolean)
      .join(' '),
    fields: (t) =>
      Object.fromEntries(
        fields.map((field) => {
          const description = describeField(field.term);
          const { term: id, unit, dataType } = field.term;
          const valueOf = (node: TwinNode) => readingOf(node, id)?.value;
          if (numeric(field))
            return [
              field.name,
              t.float({
                nullable: true,
                description,
                resolve: (node) => {
                  const reading = readingOf(node, id);
                  return reading && numberIn(reading, unit);
                },
              }),
            ];
          if (dataType === 'boolean')
            return [
              field.name,
              t.boolean({
                nullable: true,
                description,
                resolve: (node) => {
                  const value = valueOf(node);
                  return typeof value === 'boolean' ? value : undefined;
                },
              }),
            ];
          if (dataType === 'text' || dataType === 'instant')
            return [field.name, t.string({ nullable: true, description, resolve: (node) => textOf(valueOf(node)) })];
          return [field.name, t.field({ type: 'JSON', nullable: true, description, resolve: valueOf })];
        }),
      ),
  });
};

const textOf = (value: Reading['value'] | undefined): string | undefined =>
  value === undefined || value === null ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value);

const defineHistory = ({ builder }: Kit): void => {
  const connection = definePage<ValueNode>(builder, 'Value');
  builder.interfaceFields('Twin', (t) => ({
    history: t.field({
      type: connection,
      nullable: true,
      description:
        'What its agency said of a property before, oldest observation first; a corrected value is followed by its correction. Null where the agency does not tell in time. Times after which it was gone have no value and the flag MISSING.',
      args: {
        term: t.arg.id({ required: true, description: 'The property, as "city:height".' }),
        from: t.arg({ type: 'DateTime', description: 'Observed then or later.' }),
        to: t.arg({ type: 'DateTime', description: 'Observed then or earlier.' }),
        knownAt: t.arg({ type: 'DateTime', description: 'Only what its agency knew then; everything where absent.' }),
        every: t.arg({ type: 'Duration', description: 'One value in so much time at most, the last of it; every one where absent.' }),
        first: t.arg.int({ description: pageSizeText }),
        after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
      },
      resolve: (node, args, context) => historyOf(node, args, context),
    }),
  }));
};

export const defineTwins = (kit: Kit) => {
  const links = defineLinks(kit);
  defineInterface(kit, links);
  defineRest(kit);
  defineHistory(kit);
  const generic = kit.builder
    .objectRef<TwinNode>(genericTwin)
    .implement({ interfaces: ['Node', 'Twin'], description: 'A twin of a kind that no dictionary declares with properties.' });
  return { links, twins: [generic, ...kit.typed.kinds.map((kind) => defineTyped(kit, kind))] };
};
