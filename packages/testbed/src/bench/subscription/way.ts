/**
 * Way: a change from where it is made to who hears of it: made, and heard of by the number that it carries.
 */
export type Way = AsyncDisposable & {
  readonly change: (value: number) => Promise<unknown> /** the next number that is heard */;
  readonly heard: AsyncIterator<number>;
};

/** How long changes took from before they were made until they were heard of, in ms, one after the other; numbers begin at `from`. */
export const timesOf = async ({ change, heard }: Way, { from, forMs }: { readonly from: number; readonly forMs: number }): Promise<readonly number[]> => {
  const times: number[] = [];
  const end = performance.now() + forMs;
  for (let value = from; performance.now() < end; value += 1) {
    const began = performance.now();
    const changed = change(value);
    for (let told = await heard.next(); told.value !== value; told = await heard.next()) if (told.done) throw new Error('the subscription ended');
    times.push(performance.now() - began);
    await changed;
  }
  return times;
};
