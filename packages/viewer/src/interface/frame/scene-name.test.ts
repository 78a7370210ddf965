import { describe, expect, it } from 'vitest';
import { en } from '../words/en.ts';
import { wayOf } from '../words/telling.ts';
import { createWords } from '../words/words.ts';
import { type Seen, sceneText } from './scene-name.ts';

const words = createWords('en', en);
const seen: Seen = { city: 'Auenfurt', view: { distance: 2_345, heading: 40 }, shown: { twins: 214, alarms: 0 }, chosen: undefined };

describe('the name of the scene', () => {
  it('says which city is seen, from how far, which way, and how many twins', () =>
    expect(sceneText(seen, words)).toBe('Auenfurt from 2300\u00a0m away, looking north-east: 214 twins in view.'));
  it('says what is chosen and how many are in alarm, where there are any', () =>
    expect(sceneText({ ...seen, shown: { twins: 1, alarms: 3 }, chosen: 'Klinikum' }, words)).toBe(
      'Auenfurt from 2300\u00a0m away, looking north-east: 1 twin in view. 3 are in alarm. Chosen: Klinikum.',
    ));
  it('knows eight ways, all round', () =>
    expect([0, 22, 23, 180, 337, 338, 359, 360, -90].map(wayOf)).toEqual([
      ...['wayNorth', 'wayNorth', 'wayNorthEast', 'waySouth', 'wayNorthWest', 'wayNorth', 'wayNorth', 'wayNorth', 'wayWest'],
    ]));
});
