/**
 * Meddling: a machine says to a member of another's federation everything that only its initiator may say, and asks as if it took part.
 */
import { type AgreementId, type FederationId, featureIdOf, type Request, type RowName, TermId } from '@cityweave/core';
import { authorityOf, twinIdOf } from './machine.ts';
import { federationIdOfNumber, kindOf, machineOf, originMs, type Stage } from './stage.ts';

/** What only the initiator of a federation says to a member. */
export const ofInitiator: ReadonlySet<string> = new Set([
  ...['request.federation', 'request.communication', 'form.federatedDigitalTwin', 'notify.federationStatus'],
  ...['suspend.federation', 'resume.federation', 'release.federation'],
]);

type Names = { readonly id: FederationId; readonly agreementId: string; readonly connectionId: string };

type Part = { readonly released: boolean; readonly agreementId: AgreementId; readonly federation: { readonly id: FederationId } };

const partOf = (stage: Stage, member: string): Part | undefined => machineOf(stage, member).disk.get('membership', federationIdOfNumber(0)) as Part | undefined; // branding: as memberships are saved

const sayings = (meddler: string, { member, names }: { readonly member: string; readonly names: Names }) => {
  const [me, it] = [twinIdOf(meddler), twinIdOf(member)];
  const since = new Date(originMs).toISOString();
  const rules = { authoritative: {}, tolerance: {} };
  const view = { id: names.id, name: { en: 'sim' }, purpose: 'city:safety', initiator: me, needs: [], rules, createdAt: since, state: 'ACTIVE', since };
  const federation = { kind: 'federation', id: names.id, attributes: { ...view, revision: 1_000, members: [] } };
  const named = { kind: 'federation', id: names.id };
  const feature = { featureId: featureIdOf(authorityOf(member), TermId.parse(kindOf(member))), kind: kindOf(member), modes: ['read'] };
  const duties = { permissions: [], prohibitions: [], validity: { from: since } };
  const terms = { federationId: names.id, parties: { consumer: me, provider: it }, features: [feature], purpose: 'city:safety', ...duties };
  const agreement = { kind: 'agreement', id: names.agreementId, attributes: { revision: 1, state: 'REQUESTED', terms } };
  const ends = [me, it].map((twinId) => ({ twinId, protocol: 'http', address: 'http://x.example/', format: 'application/json' }));
  const opening = { federationId: names.id, agreementId: names.agreementId, ends, state: 'REQUESTED', since };
  const endpoints = [{ protocol: 'http', address: 'http://x.example/', format: 'application/json', security: 'jws' }];
  const twin = { federationId: names.id, name: { en: 'sim' }, purpose: 'city:safety', initiator: me, memberTwins: [me, it], endpoints };
  return [
    ['digitalTwin.request.federation', { round: 1 }, [federation, agreement]],
    ['digitalTwin.suspend.federation', {}, [named]],
    ['digitalTwin.request.communication', {}, [{ kind: 'communication', id: names.connectionId, attributes: opening }]],
    [
      'digitalTwin.form.federatedDigitalTwin',
      {},
      [{ kind: 'federatedDigitalTwin', id: names.id.replace(':federation:', ':fdt:'), attributes: twin }, federation],
    ],
    ['digitalTwin.read.exchangeData', { federationId: names.id, identify: { scheme: 'sim', values: ['1'] } }, []],
    ['digitalTwin.resume.federation', {}, [named]],
    ['digitalTwin.release.federation', {}, [named]],
  ] as const;
};

export const meddle = async (stage: Stage, { machine, member }: { readonly machine: string; readonly member: string }): Promise<void> => {
  const part = partOf(stage, member);
  const [meddler, victim] = [machineOf(stage, machine).running(), machineOf(stage, member).running()];
  if (!part || part.released || !meddler || !victim) return;
  const { self, keys } = victim.room;
  const peer = { id: self.id, role: 'digitalTwin' as const, address: self.address(), keys: keys.published() };
  const own = authorityOf(machine);
  const invented = { id: part.federation.id, agreementId: `urn:dtf:agreement:${own}:meddled`, connectionId: `urn:dtf:connection:${own}:meddled` };
  for (const names of [invented, { ...invented, agreementId: part.agreementId }])
    for (const [row, parameters, objects] of sayings(machine, { member, names }))
      await meddler.room.ask<RowName>(peer, row, { parameters, objects } as unknown as Request<RowName>, {
        federationId: names.id,
        signal: meddler.room.signal,
      }); // branding: as it goes over the line
};
