/**
 * The functional entities of Y.4489, whose names are published and whose duties are inferred, each with its room and a test.
 */
import type { Proof } from './requirements.ts';

export type Entity = { readonly name: string; readonly home: string; readonly proof?: Proof; readonly unmet?: string };

const server = (path: string): string => `packages/server/src/${path}`;

const adaptorJourney = 'packages/testbed/src/journey/adaptor.test.ts';

export const entities: Readonly<Record<string, Entity>> = {
  'DTR-FE': {
    name: 'digital twin registration',
    home: server('registry/registration.ts'),
    proof: [server('registry/registry.test.ts'), 'a withdrawn twin takes its features with it'],
  },
  'SD-FE': {
    name: 'semantic dictionary',
    home: server('registry/semantic-dictionary.ts'),
    proof: [server('registry/semantic-dictionary.test.ts'), 'is taken in a later version alone; the earlier ones can still be looked up'],
  },
  'DTD-FE': {
    name: 'digital twin discovery',
    home: server('registry/discovery.ts'),
    proof: [server('registry/peer-registries.test.ts'), 'answer for them, each entry once, and name the path on which a loop was cut'],
  },
  'AP-FE': {
    name: 'adaptation process',
    home: server('adaptor/adaptation-process.ts'),
    proof: [adaptorJourney, 'says before anything is opened what comes over, what is not quite the same, and what is lost'],
  },
  'PA-FE': {
    name: 'protocol adaptation',
    home: server('adaptor/protocol-adaptation.ts'),
    proof: [
      'packages/testbed/src/journey/bindings.test.ts',
      'are connected by an adaptor: a consumer that speaks HTTP alone reads of an owner that offers its data over a WebSocket alone',
    ],
  },
  'DFA-FE': {
    name: 'data format adaptation',
    home: server('adaptor/data-format-adaptation.ts'),
    proof: [adaptorJourney, 'makes twins of what two far systems have, in the words, units, places and times of the federation'],
  },
  'SA-FE': {
    name: 'semantic adaptation',
    home: server('adaptor/semantic-adaptation.ts'),
    proof: ['packages/core/src/federation/adaptation/adaptation.test.ts', 'keeps what a record says through units, codes, zones and reference systems'],
  },
  GF: {
    name: 'general functions: the twin’s own data and functions',
    home: server('store/store.ts'),
    proof: [server('import/import.test.ts'), 'brings in every record of a new file and leaves no staging file behind'],
  },
  'FM-FE': {
    name: 'federation management',
    home: server('orchestration/forming/federation.ts'),
    proof: [
      'packages/testbed/src/journey/kill.test.ts',
      'a node killed while a federation is formed, twenty times at different moments, leaves it formed once and nothing forgotten',
    ],
  },
  'FSIM-FE': {
    name: 'federation status information management',
    home: server('orchestration/federation-status.ts'),
    proof: [
      'packages/testbed/src/journey/measured.test.ts',
      'a line tells how fast it answers and what it lost, and the federation how many of its members are there',
    ],
  },
  'FIM-FE': {
    name: 'feature information management',
    home: server('orchestration/feature-information.ts'),
    proof: [
      'packages/testbed/src/journey/processes.test.ts',
      'a registry with the initiator and two members run as processes, find one another, and answer one question that names its sources',
    ],
  },
  'CFIM-FE': {
    name: 'candidate feature information management',
    home: server('orchestration/candidate.ts'),
    proof: ['packages/core/src/federation/forming/standing.test.ts', 'candidates stand as the members that they became do'],
  },
  'FC-FE': {
    name: 'federation communication',
    home: server('exchange/ask.ts'),
    proof: [server('exchange/ask.test.ts'), 'is asked retryAttemptsMax times at most, under one id, between retryDelayMinMs and retryDelayMaxMs apart'],
  },
  'CSIM-FE': {
    name: 'communication status information management',
    home: server('orchestration/communication-status.ts'),
    proof: [server('orchestration/communication-status.test.ts'), 'is interrupted by two probes in a row without an answer in time, not by one'],
  },
};
