/**
 * A small federation for the tests of core: agencies that offer kinds, a purpose, and only what a test is about.
 */
import { Authority, agencyTwinIdOf, authorityOf, FederationId, featureIdOf } from '../ground/id.ts';
import { instantOfMs } from '../ground/instant.ts';
import { cityDictionary } from '../twin/city/city-dictionary.ts';
import { createVocabulary } from '../twin/semantic-dictionary.ts';
import { agencyIdOfName, termOf } from '../twin/trial-twin.ts';
import { proposeFederation } from './federation.ts';
import type { Found } from './forming/scoring.ts';

export const vocabulary = createVocabulary([cityDictionary]);
export const start = instantOfMs(Date.UTC(2026, 4, 4));

const endpoint = { protocol: 'http', address: 'http://127.0.0.1:4000/dtf/messages', format: 'application/json', security: 'jws' } as const;
const open = { level: 'public' } as const;

/** A feature as discovery finds it. */
export const trialFound = (
  agency: string,
  kind: string,
  given: { readonly purposes?: readonly string[]; readonly completeness?: number; readonly box?: readonly [number, number, number, number] } = {},
): Found => {
  const authority = Authority.parse(`${agency}.town.example`);
  const twinId = agencyTwinIdOf(authority);
  const [west, south, east, north] = given.box ?? [0, 0, 1, 1];
  const space = {
    type: 'Polygon' as const,
    coordinates: [
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ],
    ],
  };
  return {
    registryId: agencyTwinIdOf(Authority.parse('ict.town.example')),
    feature: {
      id: featureIdOf(authority, kind),
      attributes: {
        twinId,
        name: { en: kind },
        featureType: 'data',
        semanticType: termOf(kind),
        direction: 'provides',
        data: { schema: {}, terms: [{ term: termOf('city:height') }], count: 1, stage: 'raw' },
        coverage: { space },
        ...(given.completeness !== undefined && { quality: { completeness: given.completeness } }),
        bindings: [endpoint],
        policy: { ...(given.purposes && { purposes: given.purposes.map(termOf) }) },
        visibility: open,
        status: 'active',
        version: '1',
      },
    },
    twin: {
      id: twinId,
      revision: 1,
      attributes: {
        name: { en: agency },
        twinType: termOf('city:AgencyTwin'),
        domain: termOf('city:domain'),
        owner: { name: agency, organizationId: agencyIdOfName(agency) },
        coverage: space,
        status: 'online',
        endpoints: [endpoint],
        keys: [{ kty: 'OKP', crv: 'Ed25519', x: agency, kid: agency }],
        features: [],
        visibility: open,
      },
    },
  };
};

export const initiator = agencyTwinIdOf(Authority.parse('planning.town.example'));

export const trialDraft = (needs: readonly { readonly kind: string; readonly optional?: boolean; readonly one?: boolean }[]) =>
  proposeFederation(
    {
      id: FederationId.parse(`urn:dtf:federation:${authorityOf(initiator)}:flood`),
      name: { en: 'Flood' },
      purpose: termOf('city:safety'),
      initiator,
      needs: needs.map(({ kind, optional = false, one }) => ({ kind: termOf(kind), optional, ...(one && { one }) })),
      rules: { authoritative: {}, tolerance: {} },
    },
    start,
  );
