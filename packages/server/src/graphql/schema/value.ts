/**
 * Agencies, terms, positions and values. A value is never bare: it says of which term, in which unit, when it was true, who says so and how good it is.
 */
import { ageMs, agencyOf, durationOfMs, type LanguageMap, textIn } from '@cityweave/core';
import { genericFederatedTwin } from '../typed-kinds.ts';
import { type Kit, langText } from './kit.ts';
import type { TwinNode } from './shapes.ts';

export const nameIn = (map: LanguageMap, lang: string | null | undefined): string => textIn(map, lang ?? 'en');

/** What kind of node it is by what stands behind it. */
const typeOfNode = (node: object, typed: Kit['typed']): string => {
  if ('twin' in node) return typed.typeOf((node as TwinNode).twin.kind); // branding: of all shapes only a twin's has this member
  if ('row' in node) return genericFederatedTwin;
  return 'view' in node ? 'Federation' : 'Agency';
};

const defineAgency = ({ builder, typed }: Kit): void => {
  builder.interfaceType('Node', {
    description: 'Something with an id that stays the same (Relay global object identification).',
    resolveType: (node) => typeOfNode(node, typed),
    fields: (t) => ({ id: t.id({ description: 'The URN, as it is: not encoded.', resolve: () => '' }) }),
  });
  builder.objectType('Agency', {
    description: 'An organisation that keeps twins and runs a node.',
    interfaces: ['Node'],
    fields: (t) => ({
      id: t.exposeID('id', { description: '`urn:dtf:agency:<authority>`.' }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name; its authority where no name is known here.',
        resolve: ({ id }, { lang }, { agencies }) => nameIn(agencies.nameOf(id) ?? { en: id.slice('urn:dtf:agency:'.length) }, lang),
      }),
    }),
  });
};

const termRoles = { kind: 'KIND', property: 'PROPERTY', link: 'LINK', domain: 'DOMAIN' } as const;

const defineTerm = ({ builder, vocabulary }: Kit): void => {
  const role = builder.enumType('TermRole', {
    description: 'What a term names.',
    values: {
      KIND: { description: 'A kind of twin.' },
      PROPERTY: { description: 'A property of twins.' },
      LINK: { description: 'A kind of link.' },
      DOMAIN: { description: 'A domain of the city, or a purpose.' },
    } as const,
  });
  builder.objectType('Term', {
    description: 'A term of a semantic dictionary. A term that no dictionary of this node knows has an id and nothing else.',
    fields: (t) => ({
      id: t.exposeID('id', { description: '`prefix:name`, as "city:FloodZone".' }),
      role: t.field({
        type: role,
        nullable: true,
        description: 'What it names.',
        resolve: ({ id }) => {
          const term = vocabulary.term(id);
          return term && termRoles[term.role];
        },
      }),
      label: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'How people call it; its id where no dictionary has it.',
        resolve: ({ id }, { lang }) => nameIn(vocabulary.term(id)?.label ?? { en: id }, lang),
      }),
      definition: t.string({
        nullable: true,
        args: { lang: t.arg.string({ description: langText }) },
        description: 'What it means.',
        resolve: ({ id }, { lang }) => {
          const term = vocabulary.term(id);
          return term?.definition && nameIn(term.definition, lang);
        },
      }),
    }),
  });
};

const defineTermRelations = ({ builder, vocabulary }: Kit): void => {
  builder.objectFields('Term', (t) => ({
    unit: t.string({
      nullable: true,
      description: 'UCUM code in which values of this property are compared and shown by default.',
      resolve: ({ id }) => vocabulary.term(id)?.unit,
    }),
    broader: t.field({
      type: ['Term'],
      description: 'Wider terms.',
      resolve: ({ id }) => (vocabulary.term(id)?.broader ?? []).map((wider) => ({ id: wider })),
    }),
    sameAs: t.field({
      type: ['Term'],
      description: 'Terms of other dictionaries that mean exactly this.',
      resolve: ({ id }) => (vocabulary.term(id)?.sameAs ?? []).map((other) => ({ id: other })),
    }),
    properties: t.field({
      type: ['Term'],
      description: 'Of a kind: the properties that its twins are expected to have.',
      resolve: ({ id }) => (vocabulary.term(id)?.properties ?? []).map((term) => ({ id: term })),
    }),
  }));
};

const definePlace = ({ builder }: Kit): void => {
  builder.objectType('Position', {
    description: 'Where a twin is: CRS84.',
    fields: (t) => ({
      longitude: t.float({ description: 'Degrees, -180 to 180.', resolve: ([longitude]) => longitude }),
      latitude: t.float({ description: 'Degrees, -90 to 90.', resolve: ([, latitude]) => latitude }),
      height: t.float({ nullable: true, description: 'Metres in the vertical datum of the source, where given.', resolve: ([, , height]) => height }),
    }),
  });
  builder.objectType('AltId', {
    description: 'Another identifier by which a twin is known, as its number in a register.',
    fields: (t) => ({
      scheme: t.exposeString('scheme', { description: 'Which register or numbering.' }),
      value: t.exposeString('value', { description: 'The number there, as written.' }),
    }),
  });
};

const defineQuality = ({ builder }: Kit): void => {
  builder.objectType('Quality', {
    description: 'How good a value is: shares of one.',
    fields: (t) => ({
      accuracy: t.float({ nullable: true, description: 'How exact, 0 to 1.', resolve: ({ accuracy }) => accuracy }),
      completeness: t.float({ nullable: true, description: 'How complete, 0 to 1.', resolve: ({ completeness }) => completeness }),
      confidence: t.float({ nullable: true, description: 'How sure, 0 to 1.', resolve: ({ confidence }) => confidence }),
    }),
  });
};

const defineValueTypes = ({ builder, inputs: { flag } }: Kit): void => {
  builder.objectType('Value', {
    description: 'What an agency says of one property of a twin, with its whole provenance.',
    fields: (t) => ({
      term: t.field({ type: 'Term', description: 'The property.', resolve: ({ term }) => ({ id: term }) }),
      value: t.field({ type: 'JSON', nullable: true, description: 'The value as it is kept; null is a value too.', resolve: ({ value }) => value.value }),
      number: t.float({
        nullable: true,
        description: 'The value where it is a number, in `unit`.',
        resolve: ({ value: { value } }) => (typeof value === 'number' ? value : undefined),
      }),
      text: t.string({
        nullable: true,
        description: 'The value where it is a text.',
        resolve: ({ value: { value } }) => (typeof value === 'string' ? value : undefined),
      }),
      unit: t.string({ nullable: true, description: 'UCUM code, as "m" or "kW".', resolve: ({ value }) => value.unit }),
      datum: t.string({ nullable: true, description: 'Vertical or horizontal datum, named and never guessed.', resolve: ({ value }) => value.datum }),
      observedAt: t.field({ type: 'DateTime', description: 'When it was true.', resolve: ({ value }) => value.observedAt }),
      isFileDate: t.boolean({
        description: 'Whether `observedAt` is the date of the file from which it came, because what that holds names no time.',
        resolve: ({ value }) => value.isFileDate === true,
      }),
      recordedAt: t.field({ type: 'DateTime', description: 'When the node learnt it.', resolve: ({ value }) => value.recordedAt }),
      age: t.field({
        type: 'Duration',
        description: 'Time since it was true.',
        resolve: ({ value }, _args, { room }) => durationOfMs(ageMs(value, room.deps.clock.now())),
      }),
      source: t.field({ type: 'Agency', description: 'Who says so.', resolve: ({ value }, _args, { agencies }) => agencies.of(value.source) }),
      origin: t.string({ nullable: true, description: 'The file, feed or request it came from, by name and version.', resolve: ({ value }) => value.origin }),
      via: t.field({
        type: 'Agency',
        nullable: true,
        description: 'Whose communication adaptor converted it, where one did.',
        resolve: ({ value: { via } }, _args, { agencies }) => via && agencies.of(agencyOf(via)),
      }),
      flag: t.field({ type: flag, description: 'How it came about.', resolve: ({ value }) => value.flag }),
      quality: t.field({ type: 'Quality', nullable: true, description: 'How good it is, where known.', resolve: ({ value }) => value.quality }),
    }),
  });
};

const defineMerged = ({ builder }: Kit): void => {
  const rule = builder.enumType('MergeRule', {
    description: 'Why the winner won.',
    values: {
      ONLY: { description: 'Nobody else gives a value.' },
      AUTHORITATIVE: { description: 'The federation names its agency as the authority for this term.' },
      NEWEST: { description: 'It was true last.' },
      QUALITY: { description: 'Equally new, but of better quality.' },
    } as const,
  });
  builder.objectType('MergedValue', {
    description: 'A property of a federated twin: the value that wins by the rules of the federation, and beside it whatever the other agencies say.',
    fields: (t) => ({
      winner: t.field({ type: 'Value', description: 'The value that stands.', resolve: ({ term, winner }) => ({ term, value: winner }) }),
      alternatives: t.field({
        type: ['Value'],
        description: 'What others say, best first.',
        resolve: ({ term, alternatives }) => alternatives.map((value) => ({ term, value })),
      }),
      conflict: t.exposeBoolean('conflict', { description: "Some alternative differs from the winner by more than the federation's tolerance for this term." }),
      rule: t.field({ type: rule, description: 'Why the winner won.', resolve: (merged) => merged.rule }),
    }),
  });
};

export const defineValues = (kit: Kit): void => {
  defineAgency(kit);
  defineTerm(kit);
  defineTermRelations(kit);
  definePlace(kit);
  defineQuality(kit);
  defineValueTypes(kit);
  defineMerged(kit);
};
