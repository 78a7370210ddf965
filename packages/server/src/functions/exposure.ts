/**
 * Exposure: which of this agency's twins, of kinds that the asker is granted, stand in an area, and of how many.
 */
import { fail, limits, ok, problem, type Result, TermId, type TwinFilter, textIn } from '@cityweave/core';
import { z } from 'zod';
import { AreaInput, areasMax, type CityFunction, type Computing } from './function.ts';

const exposedMax = 10_000;

const Inputs = z.object({
  areas: z.array(AreaInput).min(1).max(areasMax),
  /** kinds looked at; all that the asker is granted where absent, and no others */
  kinds: z.array(TermId).max(limits.filterKindsMax).optional(),
});
type Inputs = z.infer<typeof Inputs>;

const Exposed = z.object({ id: z.string(), kind: z.string(), name: z.string() });
const Outputs = z.object({ exposed: z.array(Exposed), of: z.int() });
type Outputs = z.infer<typeof Outputs>;

const inAreas = ({ areas, kinds }: Inputs): TwinFilter => ({
  ...(kinds && { kinds }),
  any: areas.map(({ geometry }) => ({ areas: [{ relation: 'intersects' as const, geometry }] })),
});

const collect = async (inputs: Inputs, { store, signal, progress }: Computing): Promise<Result<Outputs>> => {
  const of = await store.count(inputs.kinds ? { kinds: inputs.kinds } : {}, { signal });
  const exposed: Outputs['exposed'] = [];
  for await (const twins of store.stream({ filter: inAreas(inputs), chunk: limits.pageMax }, { signal })) {
    exposed.push(...twins.map(({ id, kind, name }) => ({ id, kind, name: textIn(name) })));
    if (exposed.length > exposedMax)
      return fail(problem('tooMany', { subject: 'exposed twins', limit: exposedMax, accepted: 'fewer kinds or a smaller area' }));
    progress(Math.min(0.99, exposed.length / Math.max(1, of)));
  }
  return ok({ exposed, of });
};

export const exposure: CityFunction = {
  kind: TermId.parse('city:Exposure'),
  name: { en: 'Exposure to an area', de: 'Betroffenheit durch ein Gebiet' },
  method: 'Twins whose footprint or position meets one of the areas, planar in CRS84',
  effect: 'none',
  modes: ['sync', 'async'],
  reads: 'granted',
  inputs: Inputs,
  outputs: Outputs,
  run: (inputs, computing) => collect(Inputs.parse(inputs), computing),
};
