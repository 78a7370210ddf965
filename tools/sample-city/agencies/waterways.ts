/**
 * Waterways: the flood gates along the Aune, as entities of NGSI-LD with their recorded day: the system of an agency that imports nothing and moves nothing.
 */
import type { Point } from '../ground/plane.ts';
import { pointGeometry } from '../ground/projection.ts';
import { type MadeFile, textFile } from '../ground/writers.ts';
import { leftBank, rightBank } from '../town/river.ts';

export type Gate = { readonly number: number; readonly name: string; readonly at: Point; readonly bank: 'left' | 'right'; readonly width: number };

const banks = { left: leftBank, right: rightBank } as const;

const bankAt = (bank: Gate['bank'], x: number): Point => banks[bank].find((point) => point[0] >= x) ?? [0, 0];

const places = [
  [-1_150, 'Westsiel', 'left'],
  [-720, 'Mühlgraben', 'right'],
  [-310, 'Gerbertor', 'left'],
  [60, 'Brückensiel', 'right'],
  [420, 'Ringtor', 'left'],
  [780, 'Werftsiel', 'right'],
  [1_120, 'Hafentor', 'left'],
] as const;

/** In the order of the water. */
export const gates: readonly Gate[] = places.map(([x, name, bank], index) => ({ number: index + 1, name, bank, at: bankAt(bank, x), width: 3 + (index % 3) }));

export const gateId = ({ number }: Gate): string => `urn:ngsi-ld:Fluttor:FT-${number}`;

const surveyed = '2026-02-10T08:00:00.000Z';
const property = (value: number | string, more: object = {}) => ({ type: 'Property', value, observedAt: surveyed, ...more });

const entityOf = (gate: Gate) => ({
  id: gateId(gate),
  type: 'Fluttor',
  name: property(gate.name),
  oeffnung: property(100, { unitCode: 'P1' }),
  pegelAussen: property(160, { unitCode: 'CMT' }),
  breite: property(gate.width, { unitCode: 'MTR' }),
  bediener: property(`Schicht ${1 + (gate.number % 3)}`),
  location: { type: 'GeoProperty', value: pointGeometry(gate.at) },
});

const stepSeconds = 300;
const daySeconds = 86_400;

/** A wave passes in the afternoon, later the further down; from 2.4 m on a gate is shut by steps. In whole centimetres and percent. */
const levelAt = ({ number }: Gate, second: number): number => {
  const peak = 54_000 + number * 900;
  return Math.round(160 + 150 * Math.exp(-(((second - peak) / 9_000) ** 2)) + 4 * Math.sin((second / daySeconds) * 4 * Math.PI + number));
};
const openingAt = (level: number): number => Math.max(0, Math.min(100, 20 * Math.ceil((290 - level) / 10)));

type Row = readonly [second: number, id: string, attribute: string, value: number, unit: string];

const rowsOf = (gate: Gate): readonly Row[] =>
  Array.from({ length: daySeconds / stepSeconds }, (_, step) => step * stepSeconds + gate.number * 7).flatMap((second): Row[] => {
    const level = levelAt(gate, second);
    const [now, before] = [openingAt(level), openingAt(levelAt(gate, second - stepSeconds))];
    return [
      [second, gateId(gate), 'pegelAussen', level, 'CMT'],
      ...(now !== before || second < stepSeconds ? [[second + 20, gateId(gate), 'oeffnung', now, 'P1'] as const] : []),
    ];
  });

export const waterwaysFiles = (): readonly MadeFile[] => [
  textFile('agencies/waterways/fluttore.json', `${JSON.stringify(gates.map(entityOf), null, 1)}\n`),
  textFile('agencies/waterways/tag.json.gz', JSON.stringify(gates.flatMap(rowsOf).toSorted((a, b) => a[0] - b[0]))),
];
