/**
 * DiscoveryQuery: what is asked of a registry (6.7): meaning, purpose, area, and a page. Meaning includes synonyms and narrower terms.
 */
import { z } from 'zod';
import { TermId } from '../ground/id.ts';
import { limits } from '../ground/limits.ts';
import { Geometry } from '../ground/place.ts';

export const DiscoveryQuery = z.object({
  /** kinds wanted; a registered kind fits where it is one of these, a synonym or narrower */
  kinds: z.array(TermId).max(limits.needsMax).optional(),
  domain: TermId.optional(),
  purpose: TermId.optional(),
  /** coverage must touch it */
  within: Geometry.optional(),
  limit: z.int().min(1).max(limits.discoverPageMax).default(limits.discoverPageDefault),
  cursor: z.string().max(limits.idCharactersMax).optional(),
});
export type DiscoveryQuery = z.infer<typeof DiscoveryQuery>;
