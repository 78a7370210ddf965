/**
 * What is over is forgotten once nothing is owed of it: agreement first, then what was of it alone; and nobody who looks for what goes on finds it.
 */
import { addMs, type Instant, limits } from '@cityweave/core';
import { expect, it } from 'vitest';
import { agreements, communications, memberships, type Room } from '../room.ts';
import { forgetPast } from './forgetting.ts';
import { letGo } from './membership.ts';
import { heard, id, joinedWith, now, openRoom, planning } from './trial-membership.ts';

const left = ({ records }: Room): readonly number[] => [agreements, memberships, communications].map((kept) => kept.all(records).length);
const going = ({ records }: Room): readonly number[] => [agreements, memberships, communications].map((kept) => kept.live(records).length);

const at = (room: Room, instant: Instant): Room => ({ ...room, deps: { ...room.deps, clock: { ...room.deps.clock, now: () => instant } } });

/** Forgets as it would at an instant; what is over was written at `now`. */
const forgetAt = (room: Room, instant: Instant): readonly number[] => {
  forgetPast(at(room, instant));
  return left(room);
};

const released = async (parameters: Parameters<typeof letGo>[1]['parameters'] = {}) => {
  const open = openRoom({});
  await joinedWith(open.room, planning);
  const objects: Parameters<typeof letGo>[1]['objects'] = [{ kind: 'federation', id }];
  expect(heard(open.room, letGo(open.room, { parameters, objects }, { by: planning.by, answered: () => ({ reads: 0 }) }))).toBe('heard');
  return open;
};

it('goes overKeptMs after its end with all that was of it; what goes on stays', async () => {
  using open = openRoom({});
  await joinedWith(open.room, planning);
  expect([forgetAt(open.room, addMs(now, limits.overKeptMs + 1)), going(open.room)]).toEqual([
    [1, 1, 1],
    [1, 1, 1],
  ]);
  using over = await released();
  expect(going(over.room)).toEqual([0, 0, 0]);
  expect([forgetAt(over.room, addMs(now, limits.overKeptMs)), forgetAt(over.room, addMs(now, limits.overKeptMs + 1))]).toEqual([
    [1, 1, 1],
    [0, 0, 0],
  ]);
});

it('stays while what was given under it is still to be deleted, and as long as what is over is kept where nobody said that it was', async () => {
  const deleteDataBy = addMs(now, 2 * limits.overKeptMs);
  using owing = await released({ deleteDataBy });
  const overdue = addMs(deleteDataBy, limits.overKeptMs);
  expect([forgetAt(owing.room, overdue), forgetAt(owing.room, addMs(overdue, 1))]).toEqual([
    [1, 1, 1],
    [0, 0, 0],
  ]);
  using told = await released({ deleteDataBy });
  const [agreement] = agreements.all(told.room.records);
  if (!agreement) return expect.unreachable('no agreement');
  told.room.records.putAll([agreements.saved(agreement.id, { ...agreement, deletedAt: now, deletionTold: true })]);
  expect(forgetAt(told.room, addMs(now, limits.overKeptMs + 1))).toEqual([0, 0, 0]);
});
