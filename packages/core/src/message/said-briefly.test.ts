/**
 * What a message may leave out, and the other forms in which the model says the same: each is understood, as what it stands for.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isRowName } from './catalogue.ts';
import { parseMessage, parseRequest } from './message.ts';

type Raw = { [name: string]: Raw };

const folder = join(import.meta.dirname, '../../../../fixtures/messages/valid');

/** An example with its data area changed, as its row understands it. */
const understood = (name: string, change: (data: { readonly parameters: Raw; readonly objects: Raw[] }) => void) => {
  const message = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const { action, objects } = message.data;
  change({ parameters: action.parameters, objects });
  const parsed = parseMessage(message);
  if (!parsed.ok || !isRowName(name)) return expect.unreachable(name);
  const request = parseRequest(name, parsed.value);
  return request.ok ? (request.value as unknown as { readonly parameters: Raw; readonly objects: Raw[] }) : expect.unreachable(JSON.stringify(request.problem)); // branding: of several rows
};

const attributesOf = ({ objects: [first] }: { readonly objects: readonly Raw[] }): Raw => first?.['attributes'] ?? {};

test('a twin is renewed by its id alone (R4)', () => {
  const renewed = understood('registry.renew.digitalTwin', ({ objects: [twin] }) => void delete twin?.['attributes']);
  expect(renewed.objects).toEqual([expect.not.objectContaining({ attributes: expect.anything() })]);
});

test('a registry that is asked about itself may be named (R6)', () => {
  const named = { kind: 'registry', id: 'urn:dtf:twin:ict.auenfurt.example:agency' };
  expect(understood('registry.retrieve.registry', ({ objects }) => void objects.push(Object(named))).objects).toEqual([named]);
});

test('an invitation that replaces nobody may say so (T1)', () => {
  expect(
    understood('digitalTwin.request.federation', ({ parameters }) => void Object.assign(parameters, { replaces: null })).parameters['replaces'],
  ).toBeNull();
});

test.each([
  'digitalTwin.reject.federation',
  'digitalTwin.leave.federation',
  'digitalTwin.suspend.federation',
  'digitalTwin.release.federation',
  'registry.deregister.feature',
])('why something is said may be told in several languages, of which English is kept, else the first: %s', (name) => {
  const reason = (texts: object) => understood(name, ({ parameters }) => void Object.assign(parameters, { reason: texts })).parameters['reason'];
  expect(reason({ de: 'Wartung', en: 'Maintenance' })).toBe('Maintenance');
  expect(reason({ de: 'Wartung' })).toBe('Wartung');
});

test('a need that does not say so cannot be done without, and what is needed has a name only where that is given (P1)', () => {
  const asked = understood('application.request.service', ({ objects: [service] }) => {
    const { name: _, needs, ...rest } = Object(service?.['attributes']);
    const bare = needs.map(({ optional: __, ...need }: Raw) => need);
    Object.assign(service ?? {}, { attributes: { ...rest, needs: bare } });
  });
  const { name, needs } = attributesOf(asked);
  expect(name).toBeUndefined();
  expect(Object.values(needs ?? {}).map(({ optional }) => optional)).toEqual(Object.values(needs ?? {}).map(() => false));
});

test('a term may name its only wider term (R10)', () => {
  const registered = understood('registry.register.semanticDictionary', ({ objects: [dictionary] }) => {
    const attributes = Object(dictionary?.['attributes']);
    attributes.terms = attributes.terms.map((term: Raw) => ({ ...term, broader: 'city:Building' }));
  });
  expect(Object.values(attributesOf(registered)['terms'] ?? {}).map(({ broader }) => broader)).toContainEqual(['city:Building']);
});
