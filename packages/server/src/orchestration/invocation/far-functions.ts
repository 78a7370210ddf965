/**
 * Far functions: what systems of the agency compute or move, as functions of this node; which of them are offered depends on what the systems say of themselves.
 */
import { type FeatureId, featureIdOf } from '@cityweave/core';
import type { FarFunction } from '../../config/far-function.ts';
import type { DescribedFunction } from '../../functions/described.ts';
import type { Room } from '../room.ts';
import { farProcess } from './far-process.ts';
import { ngsiCommand } from './ngsi-command.ts';

export type OfferedFar = { readonly id: FeatureId; readonly given: FarFunction; readonly described: DescribedFunction };

const idOf = ({ self }: Pick<Room, 'self'>, { kind, id }: FarFunction): FeatureId => featureIdOf(self.authority, `${kind}/${id}`);

const offer = async (room: Room, given: FarFunction, isFresh: boolean): Promise<OfferedFar | undefined> => {
  const described = given.protocol === 'ngsi-ld' ? ngsiCommand(room, given) : await farProcess(room, given, isFresh);
  return described && { id: idOf(room, given), given, described };
};

/** What each system said last that it offers, or says anew. */
export const offeredFarFunctions = async (room: Room, isFresh: boolean): Promise<readonly OfferedFar[]> => {
  const offered = await Promise.all(room.node.farFunctions.map((given) => offer(room, given, isFresh)));
  return offered.flatMap((one) => one ?? []);
};

export const findFarFunction = async (room: Room, featureId: string): Promise<DescribedFunction | undefined> => {
  const given = room.node.farFunctions.find((one) => idOf(room, one) === featureId);
  return given && (await offer(room, given, false))?.described;
};
