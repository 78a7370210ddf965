/**
 * Finding: what has an id, or why there is nothing to tell of it: nobody has it, or somebody who may have it did not answer.
 */
import { AgencyId, agencyOf, fail, type Moment, ok, type Problem, problem, type Result, shorten, TwinId } from '@cityweave/core';
import type { Context } from '../room.ts';
import { findFederation } from '../schema/federation.ts';
import type { FederatedTwinNode, TwinNode } from '../schema/shapes.ts';
import { askOne } from './asking.ts';
import { pastOwn } from './twin-history.ts';

const nobodyHas = (id: string, accepted: string): Problem => problem('notFound', { subject: shorten(id), accepted });

const orNobody = <T>(found: T | undefined, id: string, accepted: string): Result<T> => (found === undefined ? fail(nobodyHas(id, accepted)) : ok(found));

/** A twin that others keep, by the first of the active federations that knows it. */
export const findFederatedTwin = async (context: Context, id: string): Promise<Result<FederatedTwinNode>> => {
  let silent: AgencyId | undefined;
  for (const federation of context.room.orchestration.federations()) {
    if (!['ACTIVE', 'DEGRADED'].includes(federation.state)) continue;
    const { twin, sources } = await askOne(context, federation, { id, deadline: undefined, needed: { terms: undefined, links: undefined, count: false } });
    if (twin) return ok(twin);
    silent ??= sources.find(({ status }) => status === 'FAILED' || status === 'LATE')?.agency;
  }
  return fail(
    silent ? problem('notAvailable', { subject: shorten(id), agency: silent }) : nobodyHas(id, 'an id of a twin of this agency or of a federation of it'),
  );
};

/** Whatever has this id: an agency, a federation, an own twin, else a twin of a federation. */
export const findNode = async (context: Context, id: string): Promise<Result<object>> => {
  const { room, agencies, own } = context;
  const agency = AgencyId.safeParse(id);
  if (agency.success)
    return orNobody(agencies.nameOf(agency.data) && agencies.of(agency.data), id, 'this agency, or one that takes part in a federation with it');
  if (id.startsWith('urn:dtf:federation:')) return findFederation(room, id);
  const twinId = TwinId.safeParse(id);
  const twin = twinId.success && agencyOf(twinId.data) === room.self.agency ? await own.twin(twinId.data) : undefined;
  return twin ? ok({ twin }) : findFederatedTwin(context, id);
};

/** An own twin by any identifier that it is known by, as it is or was. */
export const findOwn = async (context: Context, id: string, at: Moment | undefined): Promise<Result<TwinNode>> => {
  if (at) return orNobody(await pastOwn(context, id, at), id, 'a twin that was there then');
  const twin = await context.own.known(id);
  return orNobody(twin && { twin }, id, 'an identifier of a twin of this agency');
};
