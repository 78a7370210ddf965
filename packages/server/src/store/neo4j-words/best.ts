/**
 * Best first: pages by how well a text names twins, class after class of relevance and step after step of brevity, until it is enough.
 */
import type { PageKey, Twin } from '@cityweave/core';
import type { Reading } from '../neo4j/connection.ts';
import { textsIn, trusted, twinOf } from '../neo4j/neo4j-rows.ts';
import { type BestPage, bestOfClass, bestOfFew, bucketSought } from '../neo4j-cypher/find-words.ts';
import type { Finding } from '../neo4j-cypher/finding.ts';
import { manyAlong, pageAlong, partsIn } from './along-ids.ts';
import { type Bucket, buckets, keyOf } from './buckets.ts';

/** `known` are the ids of those that are known by the text itself, `keys` tell how well the first twins along the ids are named that have the words. */
type Page = BestPage & { readonly known: readonly string[]; readonly keys: readonly number[] };
type Paging = { readonly reading: Reading; readonly finding: Finding; readonly page: Page };

const isFrom = (after: PageKey | undefined, bucket: Bucket): boolean => after !== undefined && keyOf(bucket) === after.value;

/** Those from there on up to the first of which there are enough among the first twins. */
const bucketsUpToMany = ({ keys, after, limit }: Page) => {
  const left = buckets.filter((bucket) => keyOf(bucket) >= Number(after?.value ?? 0));
  const isOfMany = (bucket: Bucket): boolean => !isFrom(after, bucket) && keys.filter((key) => key === keyOf(bucket)).length >= limit;
  const end = left.findIndex(isOfMany);
  return end < 0 ? { before: left, many: undefined } : { before: left.slice(0, end), many: left[end] };
};

const pagingIn = ({ reading, finding, page: { text, known, after, limit } }: Paging, bucket: Bucket) => ({
  reading,
  seeking: bucketSought(finding, text, { known, bucket }),
  along: { after: isFrom(after, bucket) ? after?.id : undefined, down: false, limit },
});

/** Twins of bucket after bucket, the best first, class after class as they are wanted. */
async function* bestOfMany(paging: Paging): AsyncGenerator<readonly Twin[]> {
  const { reading, finding, page } = paging;
  const { before, many } = bucketsUpToMany(page);
  for (const of of Map.groupBy(before, (bucket) => bucket.class).values()) {
    const parts = partsIn(await reading.run(bestOfClass(finding, page, { known: page.known, of })));
    for (const [at, { twins, ids }] of parts.entries()) {
      const bucket = of[at];
      yield bucket && ids.length > 0 ? await manyAlong(pagingIn(paging, bucket), ids) : twins;
    }
  }
  if (many) yield (await pageAlong(pagingIn(paging, many))).twins;
}

/** Until it is enough; who came to another bucket meanwhile is told once. */
const firstOfMany = async (paging: Paging): Promise<readonly Twin[]> => {
  const { limit } = paging.page;
  const best = new Map<string, Twin>();
  for await (const twins of bestOfMany(paging)) {
    for (const twin of twins) best.set(twin.id, twin);
    if (best.size >= limit) break;
  }
  return [...best.values()].slice(0, limit);
};

export const findBest = async (reading: Reading, finding: Finding, page: BestPage) => {
  const [row = {}] = await reading.run(bestOfFew(finding, page));
  const told = { ...page, known: trusted<Page['known']>(row['known']), keys: trusted<Page['keys']>(row['keys'] ?? []) };
  const twins = row['many'] === true ? await firstOfMany({ reading, finding, page: told }) : textsIn([row]).map(twinOf);
  return { seq: Number(row['seq'] ?? 0), twins };
};
