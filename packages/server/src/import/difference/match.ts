/**
 * Match: rows whose key moved (a rounded coordinate in another grid cell, another place among equal rows) find the twin they were, which keeps its id.
 */
import type { Twin, TwinId, TwinInput } from '@cityweave/core';
import { ordinalIdOf } from '../adapt/key.ts';
import { anchorOf, contentOf, type DifferenceWork, samePlace, type Tally } from './compare.ts';
import { inTransaction, type Staging, stagedRow, textOf } from './staging.ts';

type Loose = { readonly row: number; readonly id: TwinId; readonly digest: string };

/** Twins looked at for one row; beyond them the row counts as new. */
const candidatesMax = 64;

export const matchMoved = async (work: DifferenceWork, tally: Tally): Promise<void> => {
  await eachLoose(work, (page) => matchByDigest(work.staging, page, tally));
  await placeLost(work);
  await eachLoose(work, (page) => matchUnchanged(work, page, tally));
  await eachLoose(work, (page) => matchSameKey(work, page, tally));
  await eachLoose(work, (page) => settleRest(work.staging, page, tally));
  removeRest(work, tally);
};

const eachLoose = async ({ staging, signal }: DifferenceWork, each: (page: readonly Loose[]) => Promise<void> | void): Promise<void> => {
  let after = 0;
  while (!signal.aborted) {
    const page = staging
      .run('loose')
      .all(after, looseBatchRows)
      .map((found) => ({ row: Number(found['row']), id: textOf(found['id']) as TwinId, digest: textOf(found['digest']) })); // branding: an id of a staged twin
    if (page.length === 0) return;
    await each(page);
    after = page.at(-1)?.row ?? after;
  }
};

const looseBatchRows = 250;

/** A row and a twin are one: neither looks any further. */
const pairUp = (staging: Staging, loose: Loose, id: string): void => {
  staging.run('dropLoose').run(loose.row);
  staging.run('dropLost').run(id);
};

/** Equal in everything: only the place among equal keys, or nothing but the key, is another. */
const matchByDigest = (staging: Staging, page: readonly Loose[], tally: Tally): void =>
  inTransaction(staging, () => {
    for (const loose of page) {
      const found = staging.run('lostByDigest').get(loose.digest);
      if (!found) continue;
      pairUp(staging, loose, textOf(found['id']));
      tally.unchanged += 1;
    }
  });

/** Writes beside every twin that is still looked for where it is. */
const placeLost = async ({ staging, store, signal }: DifferenceWork): Promise<void> => {
  let after = '';
  while (!signal.aborted) {
    const ids = staging
      .run('lost')
      .all(after, looseBatchRows)
      .map((found) => textOf(found['id']) as TwinId); // branding: an id of the store
    if (ids.length === 0) return;
    const twins = await store.get(ids, { signal });
    inTransaction(staging, () => {
      for (const [id, twin] of twins) {
        const anchor = anchorOf(twin);
        if (anchor) staging.run('placeLost').run(anchor[0], anchor[1], id);
      }
    });
    after = ids.at(-1) ?? after;
  }
};

type Seeker = { readonly loose: Loose; readonly twin: TwinInput; readonly candidates: readonly { readonly id: TwinId; readonly content: string }[] };

const seekerOf = ({ staging, toleranceDegrees: reach }: DifferenceWork, loose: Loose): Seeker => {
  const { twin } = stagedRow(staging, loose.row);
  const anchor = anchorOf(twin);
  if (!anchor) return { loose, twin, candidates: [] };
  const [x, y] = anchor;
  const found = staging.run('lostNear').all(x - reach, x + reach, y - reach, y + reach, candidatesMax);
  return { loose, twin, candidates: found.map((row) => ({ id: textOf(row['id']) as TwinId, content: textOf(row['content']) })) }; // branding: an id of the store
};

type Fit = (seeker: Seeker, candidate: Seeker['candidates'][number], current: Twin) => boolean;

/** Pairs every row of a page with the first twin near it that fits and that no other row has taken. */
const matchNear = async (work: DifferenceWork, page: readonly Loose[], fit: Fit): Promise<readonly { readonly loose: Loose; readonly id: TwinId }[]> => {
  const seekers = page.map((loose) => seekerOf(work, loose)).filter(({ candidates }) => candidates.length > 0);
  const twins = await work.store.get([...new Set(seekers.flatMap(({ candidates }) => candidates.map(({ id }) => id)))], { signal: work.signal });
  const taken = new Set<TwinId>();
  const fits = (seeker: Seeker, candidate: Seeker['candidates'][number]): boolean => {
    const current = twins.get(candidate.id);
    return !taken.has(candidate.id) && current !== undefined && samePlace(current, seeker.twin, work.toleranceDegrees) && fit(seeker, candidate, current);
  };
  return seekers.flatMap((seeker) => {
    const found = seeker.candidates.find((candidate) => fits(seeker, candidate));
    if (!found) return [];
    taken.add(found.id);
    return [{ loose: seeker.loose, id: found.id }];
  });
};

/** Equal but for rounding. This comes before `matchSameKey`, so that no changed row takes the twin of an unchanged one. */
const matchUnchanged = async (work: DifferenceWork, page: readonly Loose[], tally: Tally): Promise<void> => {
  const matches = await matchNear(work, page, ({ loose }, { content }) => content === contentOf(loose.digest));
  inTransaction(work.staging, () => {
    for (const { loose, id } of matches) pairUp(work.staging, loose, id);
  });
  tally.unchanged += matches.length;
};

/** In the same place, with the same key columns beside the place: the same twin, changed. */
const matchSameKey = async (work: DifferenceWork, page: readonly Loose[], tally: Tally): Promise<void> => {
  if (!work.source.key.geometry) return;
  const matches = await matchNear(work, page, ({ loose, twin }, { id }, { kind }) => kind === twin.kind && keyColumnsOf(id) === keyColumnsOf(loose.id));
  inTransaction(work.staging, () => {
    for (const { loose, id } of matches) changeInto(work.staging, loose, id);
  });
  tally.changed += matches.length;
};

const changeInto = (staging: Staging, loose: Loose, id: string): void => {
  pairUp(staging, loose, id);
  staging.run('addChange').run(id, loose.row, 'change');
};

/** The key columns stand in the id before the place, which is the last part of the key. */
const keyColumnsOf = (id: TwinId): string => id.slice(0, Math.max(0, bareOf(id).lastIndexOf(encodedSeparator)));

const encodedSeparator = encodeURIComponent('|');

/** What found nothing near: another row of its key that is left, else it is new. */
const settleRest = (staging: Staging, page: readonly Loose[], tally: Tally): void =>
  inTransaction(staging, () => {
    for (const loose of page) {
      const left = staging.run('lostOfGroup').get(bareOf(loose.id));
      if (left) {
        changeInto(staging, loose, textOf(left['id']));
        tally.changed += 1;
      } else {
        staging.run('addChange').run(freeId(staging, loose.id), loose.row, 'add');
        tally.added += 1;
      }
    }
  });

/** The id without its ordinal; `;` stands nowhere else in an id made of a key. */
const bareOf = (id: TwinId): TwinId => (id.split(';')[0] ?? id) as TwinId; // branding: a shorter id of the same form

/** The row's own id, unless a row that came from elsewhere keeps it: then the next ordinal that is free. */
const freeId = (staging: Staging, id: TwinId): TwinId => {
  if (!staging.run('isKnown').get(id)) return id;
  const bare = bareOf(id);
  for (let ordinal = 2; ; ordinal += 1) {
    const next = ordinalIdOf(bare, ordinal);
    if (!staging.run('isTaken').get(next)?.['taken']) return next;
  }
};

const removeRest = ({ staging, signal }: DifferenceWork, tally: Tally): void => {
  let after = '';
  while (!signal.aborted) {
    const page = staging.run('lost').all(after, looseBatchRows);
    if (page.length === 0) return;
    inTransaction(staging, () => {
      for (const found of page) staging.run('addGone').run(textOf(found['id']));
    });
    tally.removed += page.length;
    after = textOf(page.at(-1)?.['id']);
  }
};
