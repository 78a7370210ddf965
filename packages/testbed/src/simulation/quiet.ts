/**
 * Invariants of every quiet moment: whenever nothing more follows from what happened, whatever is lost, cut or down just then.
 */
import type { Federation } from '@cityweave/core';
import type { Invariant, MachineView } from './invariant.ts';

// branding below: as the nodes save them
type Kept = { readonly state: string; readonly federationId?: string; readonly agreementId?: string };
type Part = { readonly released: boolean; readonly agreementId: string };

const agreementState = ({ disk }: MachineView, id: string): string | undefined => (disk.get('agreement', id) as Kept | undefined)?.state;

const linkStates = ({ disk }: MachineView, agreementId: string): readonly string[] =>
  disk
    .list('communication')
    .map(({ value }) => value as Kept)
    .filter((link) => link.agreementId === agreementId)
    .map(({ state }) => state);

const shouldStand = (machine: MachineView, agreementId: string): string | undefined => {
  const [agreement, links] = [agreementState(machine, agreementId), linkStates(machine, agreementId)];
  const stands = agreement === 'AGREED' && links.some((state) => state === 'CONNECTED' || state === 'INTERRUPTED');
  return stands ? undefined : `its agreement is ${agreement ?? 'unknown'}, its connection ${links.join(', ') || 'unknown'}`;
};

const shouldBeOver = (machine: MachineView, agreementId: string): string | undefined => {
  if (agreementState(machine, agreementId) === 'AGREED') return 'its agreement is in force';
  return linkStates(machine, agreementId).includes('CONNECTED') ? 'its connection is open' : undefined;
};

const seatWrong = (machine: MachineView): string | undefined => {
  for (const { value } of machine.disk.list('federation'))
    for (const { twinId, state, agreementId } of (value as Federation).members) {
      const wrong =
        state === 'ACTIVE' ? shouldStand(machine, agreementId) : ['LEFT', 'REMOVED'].includes(state) ? shouldBeOver(machine, agreementId) : undefined;
      if (wrong) return `${twinId} is ${state} in the books of ${machine.name}, and ${wrong}`;
    }
  return undefined;
};

const partWrong = (machine: MachineView): string | undefined => {
  for (const { value } of machine.disk.list('membership')) {
    const { released, agreementId } = value as Part;
    const wrong = released ? shouldBeOver(machine, agreementId) : undefined;
    if (wrong) return `the part of ${machine.name} is over, and ${wrong}`;
  }
  return undefined;
};

const booksAgree: Invariant = {
  name: 'booksAgree',
  claim: 'at every quiet moment the records of a node agree: who takes part has an agreement in force and a connection, whose part is over has neither',
  quiet: ({ machines }) => {
    for (const machine of machines) {
      const wrong = machine.isUp ? (seatWrong(machine) ?? partWrong(machine)) : undefined;
      if (wrong) return wrong;
    }
    return undefined;
  },
};

export const quietInvariants: readonly Invariant[] = [booksAgree];
