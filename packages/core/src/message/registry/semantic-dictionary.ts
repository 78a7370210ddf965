/**
 * Rows of the semantic dictionary (SD-FE): terms made known, looked up and mapped.
 */

import { z } from 'zod';
import { DictionaryId, TermId } from '../../ground/id.ts';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { TermMapping } from '../../twin/term-mapping.ts';
import * as object from '../object-information.ts';
import { many, one, row } from '../row.ts';
import { cut, forwarding } from './peers.ts';
import { warnings } from './registration.ts';

const baseRevision = z.int().min(0);

const version = z.string().max(limits.termCharactersMax);

export const semanticDictionaryRows = {
  'register.semanticDictionary': row({
    label: 'R10',
    from: 'twin, operator',
    to: 'registry SD-FE',
    purpose: 'Makes a dictionary known, or a later version of it; the last ones before it can still be looked up.',
    effect: 'change',
    request: { objects: one(object.dictionaryObject) },
    reply: { parameters: openObject({ warnings }), objects: one(object.dictionaryName) },
    refusals: ['dictionaryConflict', 'notAuthorised', 'refusedByRegistry', 'notRegistered'],
  }),
  'update.semanticDictionary': row({
    label: 'R10',
    from: 'twin, operator',
    to: 'registry SD-FE',
    purpose: 'Changes members of a dictionary, based on a revision; the version must be a later one.',
    effect: 'change',
    request: { parameters: openObject({ baseRevision }), objects: one(object.dictionaryPatch) },
    reply: { parameters: openObject({ warnings }), objects: one(object.dictionaryName) },
    refusals: ['unknownDictionary', 'revisionConflict', 'dictionaryConflict', 'notAuthorised'],
  }),
  'retrieve.semanticDictionary': row({
    label: 'R11',
    from: 'twin, communication adaptor',
    to: 'registry SD-FE',
    purpose:
      'Dictionaries with their terms, or with those named alone; all that the registry and its peers keep where none is named. Asked by a peer it tells what it has of them.',
    effect: 'read',
    request: {
      parameters: openObject({ version: version.optional(), terms: z.array(TermId).max(limits.messageObjectsMax).optional(), ...forwarding }),
      objects: many(object.dictionaryName).max(50),
    },
    reply: { parameters: openObject(cut), objects: many(object.dictionaryObject) },
    refusals: ['unknownDictionary', 'unknownTerm', 'tooMany'],
  }),
  'map.semanticDictionary': row({
    label: 'R12',
    from: 'twin CFIM-FE, adaptor SA-FE',
    to: 'registry SD-FE',
    purpose: 'Which terms of a dictionary correspond to terms of another, how closely, and how values are converted.',
    effect: 'read',
    request: {
      parameters: openObject({
        toDictionary: DictionaryId,
        /** terms, or all of a dictionary */
        from: z.array(TermId).max(limits.messageObjectsMax).optional(),
        fromDictionary: DictionaryId.optional(),
        /** refuse where a term has no correspondence, instead of saying none */
        strict: z.boolean().optional(),
      }),
    },
    reply: { parameters: openObject({ mappings: z.array(TermMapping).max(limits.dictionaryTermsMax) }) },
    refusals: ['unknownDictionary', 'unknownTerm', 'noMapping'],
  }),
} as const;
