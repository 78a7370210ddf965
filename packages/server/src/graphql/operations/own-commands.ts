/**
 * Mutation on own twins: batches with expected versions, all or nothing, and what became of each command.
 */
import { limits } from '@cityweave/core';
import type { ValueGiven } from '../questions/command-parts.ts';
import {
  type Applied,
  applyTwins,
  type CommandGiven,
  type CommandOutcome,
  type DeleteGiven,
  type LinkGiven,
  type PatchGiven,
  type PutGiven,
} from '../questions/own-commands.ts';
import type { Kit } from '../schema/kit.ts';

const expectedText = 'Version that the change is based on; 0 where there must be none yet; whatever it is where absent.';
const ownText = "`urn:dtf:twin:<authority>:<source>/<key>` with this agency's authority.";

const defineValueInput = ({ builder, inputs }: Kit) =>
  builder.inputRef<ValueGiven>('ValueInput').implement({
    description: 'What this agency says of one property of a twin.',
    fields: (t) => ({
      term: t.id({ required: true, description: 'The property, as "city:height".' }),
      value: t.field({ type: 'JSON', description: 'The value; null is a value too.' }),
      unit: t.string({ description: 'UCUM code, as "m"; where a number has none, it is in that of the dictionary.' }),
      observedAt: t.field({ type: 'DateTime', description: 'When it was true; now where absent.' }),
      flag: t.field({ type: inputs.flag, description: 'How it came about; MEASURED where absent.' }),
    }),
  });

type ValueInput = ReturnType<typeof defineValueInput>;

const definePut = ({ builder }: Kit, value: ValueInput) => {
  const altId = builder.inputRef<{ scheme: string; value: string }>('AltIdInput').implement({
    description: 'Another identifier by which a twin is known.',
    fields: (t) => ({
      scheme: t.string({ required: true, description: 'Which register or numbering.' }),
      value: t.string({ required: true, description: 'The number there, as written.' }),
    }),
  });
  return builder.inputRef<PutGiven>('PutTwinInput').implement({
    description: 'A twin as it shall be: what was kept under this id before is replaced.',
    fields: (t) => ({
      id: t.id({ required: true, description: ownText }),
      kind: t.id({ required: true, description: 'What it is, as "city:Shelter".' }),
      name: t.field({ type: 'JSON', required: true, description: 'Its name by language, as {"en": "Town hall"}.' }),
      values: t.field({ type: [value], description: 'Its properties.' }),
      position: t.floatList({ description: '[longitude, latitude] in degrees, or with metres of height.' }),
      geometry: t.field({ type: 'GeoJSON', description: 'Its outline, line or point in longitude and latitude.' }),
      altIds: t.field({ type: [altId], description: 'Other identifiers it is known by.' }),
      objectOfInterest: t.field({ type: 'URI', description: 'The thing in the city that it represents.' }),
      observedAt: t.field({ type: 'DateTime', description: 'When what it says was true, where a value does not say so itself; now where absent.' }),
      expected: t.int({ description: expectedText }),
    }),
  });
};

const defineOthers = ({ builder }: Kit, value: ValueInput) => ({
  patch: builder.inputRef<PatchGiven>('PatchTwinInput').implement({
    description: 'Some values and perhaps the position of a twin; whatever is not named stays.',
    fields: (t) => ({
      id: t.id({ required: true, description: ownText }),
      values: t.field({ type: [value], description: 'Values to overwrite or add.' }),
      remove: t.idList({ description: 'Terms whose values are taken away.' }),
      position: t.floatList({ description: '[longitude, latitude] in degrees, or with metres of height.' }),
      expected: t.int({ description: expectedText }),
    }),
  }),
  delete: builder.inputRef<DeleteGiven>('DeleteTwinInput').implement({
    description: 'A twin that is no more; its links go with it.',
    fields: (t) => ({ id: t.id({ required: true, description: ownText }), expected: t.int({ description: expectedText }) }),
  }),
  link: builder.inputRef<LinkGiven>('LinkInput').implement({
    description: 'A link from an own twin to any twin.',
    fields: (t) => ({
      from: t.id({ required: true, description: ownText }),
      kind: t.id({ required: true, description: 'What it means, as "city:locatedAt".' }),
      to: t.id({ required: true, description: 'The URN of a twin of any agency.' }),
      evidence: t.string({ description: 'What it rests on.' }),
      expected: t.int({ description: expectedText }),
    }),
  }),
});

const defineCommand = (kit: Kit) => {
  const value = defineValueInput(kit);
  const put = definePut(kit, value);
  const others = defineOthers(kit, value);
  return kit.builder.inputRef<CommandGiven>('TwinCommand').implement({
    description: 'One change of own twins: exactly one of these.',
    fields: (t) => ({
      put: t.field({ type: put, description: 'Adds or replaces a twin.' }),
      patch: t.field({ type: others.patch, description: 'Changes some values of a twin.' }),
      delete: t.field({ type: others.delete, description: 'Removes a twin.' }),
      link: t.field({ type: others.link, description: 'Adds a link.' }),
      unlink: t.field({ type: others.link, description: 'Removes a link.' }),
    }),
  });
};

const defineOutcomes = ({ builder }: Kit) => {
  const outcome = builder.objectRef<CommandOutcome>('CommandOutcome').implement({
    description: 'What became of one command.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Its place in the list of commands, from 0.' }),
      id: t.id({ nullable: true, description: 'The twin or link.', resolve: ({ id }) => id }),
      version: t.int({ nullable: true, description: 'The version of the twin now; null where it was refused.', resolve: ({ version }) => version }),
      seq: t.int({ nullable: true, description: 'The place of the change in the change log.', resolve: ({ seq }) => seq }),
      current: t.int({ nullable: true, description: 'Where the expected version was not right: the one that stands.', resolve: ({ current }) => current }),
      problem: t.field({ type: 'Problem', nullable: true, description: 'Why it was refused.', resolve: ({ problem }) => problem }),
    }),
  });
  const applied = builder.objectRef<Applied>('TwinsApplied').implement({
    description: 'The batch is durable. Without `atomic`, some commands may have been refused.',
    fields: (t) => ({ outcomes: t.field({ type: [outcome], description: 'One for each command, in order.', resolve: ({ outcomes }) => outcomes }) }),
  });
  const refused = builder.objectRef<Applied>('TwinsRefused').implement({
    description: 'Nothing was changed.',
    fields: (t) => ({
      outcomes: t.field({ type: [outcome], description: 'The commands that were wrong, each with its problem.', resolve: ({ outcomes }) => outcomes }),
    }),
  });
  return builder.unionType('ApplyTwinsResult', {
    description: 'What became of a batch.',
    types: [applied, refused],
    resolveType: ({ kept }) => (kept ? 'TwinsApplied' : 'TwinsRefused'),
  });
};

export const defineOwnTwins = (kit: Kit): void => {
  const command = defineCommand(kit);
  const result = defineOutcomes(kit);
  kit.builder.mutationFields((t) => ({
    applyTwins: t.field({
      type: result,
      description: `Changes this agency's own twins in one durable batch of at most ${limits.commandsMax} commands.`,
      args: {
        commands: t.arg({ type: [command], required: true, description: `In order; at most ${limits.commandsMax}.` }),
        atomic: t.arg.boolean({ defaultValue: true, description: 'All or nothing.' }),
      },
      resolve: (_root, { commands, atomic }, context) => applyTwins(context, commands, atomic ?? true),
    }),
  }));
};
