/**
 * Best first: pages by how well a text names twins, class after class of relevance and step after step of brevity, until it is enough.
 */
import type { PageKey, Twin } from '@cityweave/core';
import type { Reading } from '../neo4j/connection.ts';
import { textsIn, trusted, twinOf } from '../neo4j/neo4j-rows.ts';
import { bestOfFew, bucketSought, nearBuckets, someOfBuckets } from '../neo4j-cypher/find-words.ts';
import type { Finding } from '../neo4j-cypher/finding.ts';
import { pageAlong } from './along-ids.ts';
import { type Bucket, buckets, keyOf } from './buckets.ts';

/** `known` are the ids of those that are known by the text itself. */
type Page = { readonly text: string; readonly known: readonly string[]; readonly after: PageKey | undefined; readonly limit: number };

const isFrom = (after: PageKey | undefined, bucket: Bucket): boolean => after !== undefined && keyOf(bucket) === after.value;

/** Those from there on up to the first of which there are enough among the first twins. */
const bucketsUpToMany = async (reading: Reading, finding: Finding, { text, known, after, limit }: Page) => {
  const [row] = await reading.run(nearBuckets(finding, text, known));
  const keys: readonly number[] = trusted(row?.['keys'] ?? []);
  const left = buckets.filter((bucket) => keyOf(bucket) >= Number(after?.value ?? 0));
  const isOfMany = (bucket: Bucket): boolean => !isFrom(after, bucket) && keys.filter((key) => key === keyOf(bucket)).length >= limit;
  const end = left.findIndex(isOfMany);
  return end < 0 ? { before: left, many: [] } : { before: left.slice(0, end), many: left.slice(end, end + 1) };
};

/** Those that may hold a twin, the best first, class after class as they are wanted. */
async function* bucketsFrom(reading: Reading, finding: Finding, page: Page): AsyncGenerator<Bucket> {
  const { before, many } = await bucketsUpToMany(reading, finding, page);
  for (const ofClass of Map.groupBy(before, (bucket) => bucket.class).values()) {
    const [row] = await reading.run(someOfBuckets(finding, page.text, ofClass));
    const some: readonly boolean[] = trusted(row?.['some'] ?? []);
    yield* ofClass.filter((bucket, at) => some[at] === true || (bucket.class === 0 && page.known.length > 0));
  }
  yield* many;
}

/** Bucket after bucket until it is enough; who came to another one meanwhile is told once. */
const bestOfMany = async (reading: Reading, finding: Finding, page: Page): Promise<readonly Twin[]> => {
  const { text, known, after, limit } = page;
  const best = new Map<string, Twin>();
  for await (const bucket of bucketsFrom(reading, finding, page)) {
    const along = { after: isFrom(after, bucket) ? after?.id : undefined, down: false, limit: limit - best.size };
    const { twins } = await pageAlong({ reading, seeking: bucketSought(finding, text, { known, bucket }), along });
    for (const twin of twins) best.set(twin.id, twin);
    if (best.size >= limit) break;
  }
  return [...best.values()];
};

export const findBest = async (reading: Reading, finding: Finding, page: Omit<Page, 'known'>) => {
  const rows = await reading.run(bestOfFew(finding, page));
  const known: Page['known'] = trusted(rows[0]?.['known'] ?? []);
  const twins = rows[0]?.['many'] === true ? await bestOfMany(reading, finding, { ...page, known }) : textsIn(rows).map(twinOf);
  return { seq: Number(rows[0]?.['seq'] ?? 0), twins };
};
