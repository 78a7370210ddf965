/**
 * What a node knows can be looked at without a message: the registry's entries, its own features, federations and connections, page by page.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity } from '../city.ts';
import { fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

type Page = {
  readonly objects: readonly { readonly kind: string; readonly id: string; readonly attributes: unknown }[];
  readonly total: number;
  readonly next: string | null;
};

describe('the views of a node', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const view = async (name: string, path: string): Promise<Page> => (await fetch(new URL(`/dtf/${path}`, city.node(name).address))).json();
  const idsOf = ({ objects }: Page): readonly string[] => objects.map(({ id }) => id);

  it('show at the registry who is registered, page by page', async () => {
    const all = await view('front', 'twins');
    expect(idsOf(all)).toEqual(['energy', 'fire', 'front', 'water'].map(twinOfTest).toSorted());
    const first = await view('front', 'twins?limit=3');
    const second = await view('front', `twins?limit=3&cursor=${encodeURIComponent(first.next ?? '')}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(idsOf(all));
    expect([first.total, second.next]).toEqual([4, null]);
    const water = all.objects.find(({ id }) => id === twinOfTest('water'));
    expect([...Object(water?.attributes)['features']].toSorted()).toEqual([...idsOf(await view('water', 'features'))].toSorted());
    expect((await view('front', 'features')).objects).toContainEqual(
      expect.objectContaining({ kind: 'feature', attributes: expect.objectContaining({ twinId: twinOfTest('water') }) }),
    );
  });

  it('show at any other node itself, and at both ends their federation and connection', async () => {
    expect(idsOf(await view('water', 'twins'))).toEqual([twinOfTest('water')]);
    expect((await view('water', 'features')).objects.map(({ attributes }) => Object(attributes)['semanticType'])).toContain('city:RiverGauge');
    for (const name of ['front', 'water']) {
      expect(await view(name, 'federations')).toMatchObject({ total: 1, objects: [{ kind: 'federation', id: testFederationId }] });
      const { objects } = await view(name, 'connections');
      expect(objects).toContainEqual(expect.objectContaining({ kind: 'communication', attributes: expect.objectContaining({ state: 'CONNECTED' }) }));
    }
  });
});
