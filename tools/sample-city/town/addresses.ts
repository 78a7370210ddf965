/**
 * Addresses: a building bears the name of the street it stands at and the next free number of its side.
 */
import { cross, distanceToEdge, minus, origin, type Point, segmentsOf } from '../ground/plane.ts';
import { nearestEdge, type StreetEdge, type StreetNet } from './street-net.ts';

export type Address = { readonly street: StreetEdge | undefined; readonly houseNumber: string };

const sideOf = ({ line }: StreetEdge, point: Point): 'left' | 'right' => {
  const segments = segmentsOf(line).toSorted((a, b) => distanceToEdge(point, a) - distanceToEdge(point, b));
  const [a, b] = segments[0] ?? [origin, origin];
  return cross(minus(b, a), minus(point, a)) > 0 ? 'left' : 'right';
};

/** Gives each building its address, in the order in which they come: odd numbers on the left, even ones on the right. */
export const createAddresses = (net: StreetNet): ((point: Point) => Address) => {
  const used = new Map<string, number>();
  const edges = { ...net, edges: net.edges.filter(({ bridge }) => !bridge) };
  return (point) => {
    const street = nearestEdge(edges, point)?.edge;
    if (!street) return { street, houseNumber: '1' };
    const side = sideOf(street, point);
    const key = `${street.name} ${side}`;
    const count = used.get(key) ?? 0;
    used.set(key, count + 1);
    return { street, houseNumber: String(2 * count + (side === 'left' ? 1 : 2)) };
  };
};
