/**
 * Federated twins in the registry: which federations are formed now, for what, and of whom, as far as this agency may see them.
 */
import { limits, problem, type Reply, wholeOf } from '@cityweave/core';
import { badInput, createFaults, refuse, settled } from '../fault.ts';
import { parseTerm } from '../questions/filter.ts';
import type { Context } from '../room.ts';
import { type Kit, langText } from '../schema/kit.ts';
import { nameIn } from '../schema/value.ts';

type Registered = Reply<'registry.retrieve.federatedDigitalTwin'>['objects'][0];
type Wanted = { readonly purpose?: string | null | undefined; readonly kind?: string | null | undefined };

const find = async ({ room, signal }: Context, { purpose, kind }: Wanted): Promise<readonly Registered[]> => {
  const faults = createFaults();
  const aim = purpose ? parseTerm(purpose, 'purpose', faults) : undefined;
  const made = kind ? parseTerm(kind, 'kind', faults) : undefined;
  const fault = faults.first();
  if (fault) return Promise.reject(badInput(fault));
  const registry = await room.registry();
  if (!registry) return refuse(problem('unreachable', { subject: 'registry' }));
  const parameters = { limit: limits.discoverPageMax, ...(aim && { purpose: aim }), ...(made && { kinds: [made] }) };
  return wholeOf((await settled(await room.ask(registry, 'registry.discover.federatedDigitalTwin', { parameters, objects: [] }, { signal }))).objects);
};

export const defineFederatedRegistry = ({ builder }: Kit): void => {
  const registered = builder.objectRef<Registered>('RegisteredFederation').implement({
    description: 'A federated twin as it is registered: what a federation looks like from outside.',
    fields: (t) => ({
      id: t.id({ description: '`urn:dtf:fdt:...`', resolve: ({ id }) => id }),
      federation: t.id({ description: '`urn:dtf:federation:...`', resolve: ({ attributes }) => attributes.federationId }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name.',
        resolve: ({ attributes }, { lang }) => nameIn(attributes.name, lang),
      }),
      purpose: t.field({ type: 'Term', description: 'What it is for.', resolve: ({ attributes }) => ({ id: attributes.purpose }) }),
      initiator: t.id({ description: 'The twin that formed it.', resolve: ({ attributes }) => attributes.initiator }),
      members: t.idList({ description: 'The twins that take part, those that this agency may see.', resolve: ({ attributes }) => attributes.memberTwins }),
      features: t.idList({ description: 'What it is made of.', resolve: ({ attributes }) => attributes.composedFeatures ?? [] }),
      revision: t.int({ description: 'One more with each change.', resolve: ({ revision }) => revision ?? 0 }),
    }),
  });
  builder.queryFields((t) => ({
    registeredFederations: t.field({
      type: [registered],
      description: `Federated twins that are formed now, as the registry finds them; at most ${limits.discoverPageMax}.`,
      args: {
        purpose: t.arg.string({ description: 'What for: a term; narrower purposes with it.' }),
        kind: t.arg.string({ description: 'Made of twins of this kind: a term; narrower kinds with it.' }),
      },
      resolve: (_root, args, context) => find(context, args),
    }),
  }));
};
