/**
 * Rows twin to registry (I-R).
 */
import { discoveryRows } from './discovery.ts';
import { peerRows } from './peers.ts';
import { registrationRows } from './registration.ts';
import { semanticDictionaryRows } from './semantic-dictionary.ts';

export const registryRows = { ...registrationRows, ...discoveryRows, ...semanticDictionaryRows, ...peerRows } as const;
