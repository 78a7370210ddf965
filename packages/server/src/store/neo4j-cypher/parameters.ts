/**
 * Parameters: values of ours in the form in which Cypher takes them, and the names of properties and identifiers that are made of ours.
 */
import type { Json } from '@cityweave/core';
import { int, types } from 'neo4j-driver';

/** A whole number as Cypher wants it for limits and counters; plain numbers travel as floats. */
export const whole = (value: number) => int(value);

const wgs84 = 4326;

const between = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value));

/** What lies beyond the ends of the world stands at them; the exact box is compared all the same. */
export const pointAt = (longitude: number, latitude: number) => new types.Point(whole(wgs84), between(-180, longitude, 180), between(-90, latitude, 90));

export const valueKey = (term: string): string => `p:${term}`;
export const unitKey = (term: string): string => `u:${term}`;
export const otherKey = (term: string): string => `x:${term}`;

export const isScalar = (value: Json): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** In the text of words beside the words: how short the names are. No word begins so. */
export const stepWord = (step: number): string => `_s${step}`;

export const alternativeKey = (normalised: string): string => `alt:${normalised}`;
export const objectKey = (object: string): string => `object:${object}`;
