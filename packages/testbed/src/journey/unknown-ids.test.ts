/**
 * Ids that nobody has: whichever field is asked, it is null and an error says why, in the same words.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until } from '../city.ts';
import { agencyOfTest, fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

let city: TestCity;
const ask = (field: string) => askGraphql(city.front.address, `{ asked: ${field} { __typename } agency { __typename } }`);

beforeAll(async () => {
  city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
});
afterAll(() => city[Symbol.asyncDispose]());

const twin = 'urn:dtf:twin:energy.example:things/none';

describe('an id that nobody has', () => {
  it.each([
    ['federation(id: "nowhere")', 'BAD_ID', { found: 'nowhere', accepted: 'urn:dtf:federation:<authority>:<local>' }],
    ['federation(id: "urn:dtf:federation:front.example:none")', 'UNKNOWN_FEDERATION', { subject: 'urn:dtf:federation:front.example:none' }],
    ['twin(id: "nowhere")', 'NOT_FOUND', { subject: 'nowhere' }],
    ['twin(id: "nowhere", asOf: "1970-01-01T00:00:00Z")', 'NOT_FOUND', { subject: 'nowhere' }],
    ['term(id: "city:Nothing")', 'UNKNOWN_TERM', { subject: 'city:Nothing' }],
    ['node(id: "nowhere")', 'NOT_FOUND', { subject: 'nowhere' }],
    ['node(id: "urn:dtf:agency:nobody.example")', 'NOT_FOUND', { subject: 'urn:dtf:agency:nobody.example' }],
    ['node(id: "urn:dtf:federation:front.example:none")', 'UNKNOWN_FEDERATION', { subject: 'urn:dtf:federation:front.example:none' }],
    [`node(id: "${twin}")`, 'NOT_FOUND', { subject: twin }],
  ])('is null, and an error says why: %s', async (field, code, facts) => {
    const extensions = { code, retryable: false, advice: expect.stringMatching(/./), ...facts };
    expect(await ask(field)).toMatchObject({ data: { asked: null, agency: { __typename: 'Agency' } }, errors: [{ path: ['asked'], extensions }] });
  });

  it('is told so of its sources where a federation is asked for a twin', async () => {
    const query = `{ federation(id: "${testFederationId}") { twin(id: "${twin}") { twin { id } sources { status } } } }`;
    const { data, errors } = await askGraphql(city.front.address, query);
    expect([errors, data]).toMatchObject([undefined, { federation: { twin: { twin: null, sources: [{}, {}, {}, {}] } } }]);
  });

  it('of a federation is refused to who would follow it, too', async () => {
    const follow = (id: string) => askGraphql(city.front.address, `subscription { federationStatus(federation: "${id}") { state } }`);
    expect(await follow('nowhere')).toMatchObject({ errors: [{ extensions: { code: 'BAD_ID' } }] });
  });

  it('may be had by an agency that does not answer: then it can be asked again', async () => {
    await city.node('energy').close();
    await until(
      () => city.front.orchestration.links.status(twinOfTest('energy'))?.state,
      (state) => state === 'INTERRUPTED',
      'energy INTERRUPTED',
    );
    const extensions = { code: 'NOT_AVAILABLE', retryable: true, subject: twin, source: agencyOfTest('energy') };
    expect(await ask(`node(id: "${twin}")`)).toMatchObject({ data: { asked: null }, errors: [{ extensions }] });
  });
});
