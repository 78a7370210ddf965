/**
 * Permalink: what a person looks at, as the part of an address behind `#`: short, readable, and never trusted when it is read again.
 */
import type { Camera } from '@cityweave/core/scene';
import { valueFlags } from '../../graphql/answers.ts';
import { isLanguage, type Language } from '../words/words.ts';
import { lists, type Person, type PosedQuestion, type PropertyRange, panels, type TwinChoice, type Watch } from './person.ts';

export type { Camera };

export type Permalink = Pick<
  Person,
  'federation' | 'turned' | 'filter' | 'colour' | 'watch' | 'crossing' | 'sun' | 'asOf' | 'question' | 'selected' | 'panel' | 'list'
> & {
  readonly theme: Person['theme'] | undefined;
  readonly lang: Language | undefined;
  readonly camera: Camera | undefined;
};

export const permalinkLimits = { charactersMax: 8_000, itemsMax: 200, itemCharactersMax: 500 } as const;

/** Colon, slash and the like need no escape behind `#`; what parts lists and members does. */
const escape = (text: string): string =>
  encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%40', '@').replaceAll('~', '%7E').replaceAll('!', '%21');

const unescape = (text: string): string | undefined => {
  try {
    const plain = decodeURIComponent(text);
    return plain.length <= permalinkLimits.itemCharactersMax ? plain : undefined;
  } catch {
    return undefined;
  }
};

const list = (items: Iterable<string>): string => [...items].map(escape).join(',');
const unlist = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .slice(0, permalinkLimits.itemsMax)
    .flatMap((item) => unescape(item) || []);

const tuple = (items: readonly (string | number | undefined)[]): string => items.map((item) => (item === undefined ? '' : escape(String(item)))).join('~');
const tuples = (text: string | undefined): readonly (readonly string[])[] =>
  (text ?? '')
    .split(',')
    .slice(0, permalinkLimits.itemsMax)
    .map((item) => item.split('~').map((part) => unescape(part) ?? ''));

const numberOf = (text: string | undefined): number | undefined => {
  const value = text ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
};

const cameraText = ({ longitude, latitude, distance, heading, tilt }: Camera): string =>
  [longitude.toFixed(6), latitude.toFixed(6), distance.toFixed(0), heading.toFixed(1), tilt.toFixed(1)].map(Number).join(',');

const toCamera = (text: string | undefined): Camera | undefined => {
  const parts = (text ?? '').split(',').map(numberOf);
  const [longitude, latitude, distance, heading, tilt] = parts;
  if (longitude === undefined || latitude === undefined || distance === undefined || heading === undefined || tilt === undefined) return undefined;
  const isPlace =
    Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 && distance > 0 && distance < 1e7 && Math.abs(heading) <= 360 && tilt >= 0 && tilt <= 90;
  return isPlace ? { longitude, latitude, distance, heading, tilt } : undefined;
};

const isBounded = ({ from, to, among }: PropertyRange): boolean => (from ?? to ?? among) !== undefined;

/** term, from, to, unit, then the texts */
const rangeText = ({ term, from, to, unit, among = [] }: PropertyRange): string => tuple([term, from, to, unit, ...among]);

/** term, then the flags */
const flagsText = ({ term, flags = [] }: PropertyRange): readonly string[] => (flags.length > 0 ? [tuple([term, ...flags])] : []);

const toFlags = ([term, ...given]: readonly string[]): readonly PropertyRange[] => {
  const flags = valueFlags.filter((flag) => given.includes(flag));
  return term && flags.length > 0 ? [{ term, flags }] : [];
};

/** What is said of one property in two places is one range; one that says of flags alone is a range, too. */
const withFlags = (ranges: readonly PropertyRange[], flagged: readonly PropertyRange[]): readonly PropertyRange[] => [
  ...ranges.map((range) => ({ ...range, ...flagged.find(({ term }) => term === range.term) })),
  ...flagged.filter(({ term }) => !ranges.some((range) => range.term === term)),
];

const toRange = ([term, from, to, unit, ...among]: readonly string[]): readonly PropertyRange[] => {
  const [least, most] = [numberOf(from), numberOf(to)];
  if (!term || (least === undefined && most === undefined && among.length === 0)) return [];
  return [
    {
      term,
      ...(least !== undefined && { from: least }),
      ...(most !== undefined && { to: most }),
      ...(unit && { unit }),
      ...(among.length > 0 && { among }),
    },
  ];
};

/** term, below and above what there is alarm, seconds after which a value is stale, unit */
const watchText = ({ term, least, most, staleAfter, unit }: Watch): string => tuple([term, least, most, staleAfter, unit]);

const toWatch = (text: string | undefined): Watch | undefined => {
  const [[term, from, to, seconds, unit] = []] = tuples(text);
  const [least, most, staleAfter] = [from, to, seconds].map(numberOf);
  if (!term || (least === undefined && most === undefined && staleAfter === undefined)) return undefined;
  return { term, least, most, staleAfter, ...(unit && { unit }) };
};

/** name, then variable and twin by turns */
const questionText = ({ name, places }: PosedQuestion): string => tuple([name, ...Object.entries(places).flat()]);

const toQuestion = (text: string | undefined): PosedQuestion | undefined => {
  const [[name = '', ...rest] = []] = tuples(text);
  if (name === '') return undefined;
  const pairs = rest.flatMap((part, at): readonly (readonly [string, string])[] => (at % 2 === 0 && part && rest[at + 1] ? [[part, rest[at + 1] ?? '']] : []));
  return { name, places: Object.fromEntries(pairs) };
};

/** As clocks of the city show it, to the minute. */
const toMoment = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;

/** A moment anywhere, to the minute. */
const toPast = (text: string | undefined): string | undefined => (text?.endsWith('Z') && toMoment(text.slice(0, -1)) !== undefined ? text : undefined);

const oneOf = <T extends string>(all: readonly T[], text: string | undefined): T | undefined => all.find((each) => each === text);

/** What does not fit is left out, so that the rest can be read again. */
const fitting = (parts: readonly string[]): readonly string[] => {
  let left = permalinkLimits.charactersMax;
  return parts.filter((part) => {
    if (part.length + 1 > left) return false;
    left -= part.length + 1;
    return true;
  });
};

/** Of what is longer than it may be, the parts that are whole. */
const readable = (hash: string): string => {
  const { charactersMax } = permalinkLimits;
  const text = hash.length <= charactersMax ? hash : hash.slice(0, Math.max(0, hash.lastIndexOf('&', charactersMax)));
  return text.replace(/^#/, '');
};

export const encodePermalink = ({ filter, ...link }: Permalink): string => {
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['f', link.federation && escape(link.federation)],
    ['c', link.camera && cameraText(link.camera)],
    ['l', list(link.turned)],
    ['a', list(filter.agencies)],
    ['k', list(filter.kinds)],
    ['r', filter.ranges.filter(isBounded).map(rangeText).join(',')],
    ['g', filter.ranges.flatMap(flagsText).join(',')],
    ['p', link.colour && escape(link.colour)],
    ['b', link.watch && watchText(link.watch)],
    ['x', link.crossing ? '1' : undefined],
    ['t', link.sun],
    ['at', link.asOf],
    ['q', link.question && questionText(link.question)],
    ['s', link.selected && escape(link.selected)],
    ['w', link.panel],
    ['v', link.list],
    ['m', link.theme],
    ['lang', link.lang],
  ];
  return `#${fitting(parts.flatMap(([key, text]) => (text ? `${key}=${text}` : []))).join('&')}`;
};

const toFilter = (parts: ReadonlyMap<string, string>): TwinChoice => ({
  agencies: unlist(parts.get('a')),
  kinds: unlist(parts.get('k')),
  ranges: withFlags(tuples(parts.get('r')).flatMap(toRange), tuples(parts.get('g')).flatMap(toFlags)),
});

/** Whatever stands there: what is not understood is left out. */
export const decodePermalink = (hash: string): Permalink => {
  const parts = new Map(
    readable(hash)
      .split('&')
      .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const),
  );
  const one = (key: string): string | undefined => unescape(parts.get(key) ?? '') || undefined;
  const lang = one('lang');
  return {
    federation: one('f'),
    camera: toCamera(parts.get('c')),
    turned: new Set(unlist(parts.get('l'))),
    filter: toFilter(parts),
    colour: one('p'),
    watch: toWatch(parts.get('b')),
    crossing: one('x') === '1',
    sun: toMoment(one('t')),
    asOf: toPast(one('at')),
    question: toQuestion(parts.get('q')),
    selected: one('s'),
    panel: oneOf(panels, one('w')),
    list: oneOf(lists, one('v')),
    theme: oneOf(['light', 'dark'], one('m')),
    lang: isLanguage(lang) ? lang : undefined,
  };
};
