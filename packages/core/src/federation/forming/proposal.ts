/**
 * Proposal: what was asked for under the id of a federation, beside what is asked for now: with the same content it is the same federation, with other content another.
 */
import { canonicalJson } from '../../ground/json.ts';
import type { Federation, proposeFederation } from '../federation.ts';

type Draft = Parameters<typeof proposeFederation>[0];

const told = ['name', 'description', 'purpose', 'needs', 'twinTypes', 'area', 'validUntil'] as const;

const isSame = (one: unknown, other: unknown): boolean => canonicalJson({ one }) === canonicalJson({ one: other });

/** A person may have said yes to it meanwhile. */
const isSameApproval = (known: Federation['approval'], asked: Federation['approval']): boolean => known === asked || (known === 'granted' && asked === 'ask');

/** The grid of what is delivered in slots begins when it was asked for. */
const isSameGrid = (known: Federation['sync'], asked: Federation['sync']): boolean =>
  isSame(known && { ...known, epoch: '' }, asked && { ...asked, epoch: '' });

/** What of a proposal is not what the federation of its id was proposed with. */
export const differences = (known: Federation, asked: Draft): readonly string[] => [
  ...told.filter((member) => !isSame(known[member], asked[member])),
  ...(isSameApproval(known.approval, asked.approval) ? [] : ['approval']),
  ...(isSameGrid(known.sync, asked.sync) ? [] : ['sync']),
];
