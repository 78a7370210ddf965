/**
 * Where text: where a twin lies, in words: its address, and what is named that holds it; else how far from what is named next to it.
 */
import { type Gazetteer, whereaboutsOf } from '@cityweave/core/scene/tiles';
import type { PlaceRow } from '../../graphql/answers.ts';
import { wayOf } from '../words/telling.ts';
import type { Words } from '../words/words.ts';

const addressOf = ({ address }: PlaceRow): string | undefined => {
  const value = address?.winner.value;
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

type Spoken = Pick<Words, 'say' | 'distance'>;

/** Where nothing else has a name, or it is not known yet what has, an address alone is told, or nothing. */
export const whereText = (twin: PlaceRow, gazetteer: Gazetteer | undefined, { say, distance }: Spoken): string => {
  const { id, position } = twin;
  const address = addressOf(twin);
  const found = position && gazetteer ? whereaboutsOf({ id, position: [position.longitude, position.latitude] }, gazetteer) : undefined;
  if (found?.type === 'within') return address === undefined ? say('whereWithin', { name: found.name }) : say('whereAddress', { address, name: found.name });
  if (address !== undefined) return address;
  if (!position) return say('whereNone');
  return found ? say('whereAway', { away: distance(found.metres), way: say(wayOf(found.heading)), name: found.name }) : '';
};
