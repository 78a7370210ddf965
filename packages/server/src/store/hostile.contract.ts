/**
 * Names, ids and texts full of quotes and fragments of query languages: kept and found as they are, whatever stands behind the port.
 */
import { type Instant, linkIdOf, TermId, TwinId } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import type { TwinStore } from './store.ts';
import { accepted, agency, at, link, put, term, twin, twinId } from './twins.contract.ts';

const hostile: Readonly<Record<string, string>> = {
  'single quotes': `O'Brien''s "well`,
  'double quotes': `a "quoted" ""name""`,
  backticks: '`) DETACH DELETE (n',
  'backslashes and escapes': '\\ \\\\ \\u0027 \\n \\',
  dollars: '$id $ {id} $(id) $1 $$ $param',
  braces: '{id: "x"} }} {{ {}',
  'a statement of SQL': `'; DROP TABLE twin; SELECT * FROM twin --`,
  'a statement of Cypher': `' MATCH (n) DETACH DELETE n //`,
  'wildcards and patterns': '%_*?.^$[a-z]+()|',
  'operators of a full text': '+a -b "c" AND OR NOT NEAR/2 a* a:b ^2 ~ \\(',
  'names of a prototype': '__proto__ constructor toString',
  'characters beyond the plane': 'a\u{1F300}\u{10FFFF}\u0301é ﷽ \u202Eabc',
  'control characters': 'a\u0000b\u0001\u001f\u007f\u2028',
};

/** As an id takes it: percent-encoded where it must be. */
const idOf = (text: string): TwinId => TwinId.parse(`urn:dtf:twin:water.example:layer/${encodeURIComponent(text)}`);

/** As a term takes it: without spaces and control characters. */
const termOf = (text: string): TermId => TermId.parse(`x:${text.replace(/[\s\p{Cc}]/gu, '_')}`);

const everywhere = { valid: '2200-01-01T00:00:00.000Z' as Instant, known: '2200-01-01T00:00:00.000Z' as Instant }; // branding: canonical as they are

export const hostileContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>): void => {
  describe.each(Object.entries(hostile))('with %s', (_name, text) => {
    test('an id, a name and an object of interest come back, also by every identifier', async () => {
      const input = twin(idOf(text), { name: text, object: text, altIds: [{ scheme: text, value: text }] });
      await accepted(store(), [{ op: 'putTwin', twin: input }, put('other')]);
      const opened = await reopen();
      expect((await opened.get([input.id])).get(input.id)).toEqual({ ...input, version: 1, createdAt: at, updatedAt: at });
      for (const identifier of [input.id, text]) expect((await opened.resolve([identifier], { limit: 9 })).get(identifier)).toEqual([input.id]);
      expect((await opened.resolve([text], { scheme: text, limit: 9 })).get(text)).toEqual([input.id]);
      expect((await opened.find({ filter: { ids: [text] }, order: { by: { text }, descending: false }, first: 9 })).twins.map(({ id }) => id)).toEqual([
        input.id,
      ]);
    });

    test('a property is found, ordered by, counted and told of before', async () => {
      const [named, id] = [termOf(text), twinId('1')];
      await accepted(store(), [{ op: 'putTwin', twin: twin(id, { values: { [named]: { value: text } } }) }, put('other')]);
      const passing = (value: string) => store().count({ property: [{ term: named, op: 'eq', value }] });
      expect([await passing(text), await passing(`${text}x`)]).toEqual([1, 0]);
      expect((await store().find({ order: { by: { term: named }, descending: false }, first: 9 })).twins.map((one) => one.id)).toEqual([id, twinId('other')]);
      await accepted(store(), [{ op: 'patchTwin', id, values: { [named]: { value: `${text}!` } } }]);
      const { samples } = await store().history(id, { series: named, first: 9 });
      expect(samples.map(({ said }) => said?.value)).toEqual([`${text}!`]);
      expect((await store().stateAt([id], everywhere)).get(id)?.values[named]?.value).toBe(`${text}!`);
      expect((await store().kinds()).flatMap(({ terms }) => terms.map((one) => one.term))).toContain(named);
    });

    test('a kind, a link and a join are themselves and nothing else', async () => {
      const kind = termOf(text);
      const [from, to] = [idOf(text), twinId('2')];
      const one = { ...link(from, to), kind, id: linkIdOf(from, kind, to), evidence: text };
      const join = { from, kind, agency, scheme: text, value: text, state: 'PENDING' as const };
      await accepted(store(), [
        { op: 'putTwin', twin: { ...twin(from), kind } },
        put('2'),
        { op: 'putLink', link: one },
        { op: 'putJoins', from, joins: [join] },
      ]);
      expect(await store().count({ kinds: [kind] })).toBe(1);
      expect(await store().adjacent([to], { kinds: [kind], direction: 'in', limit: 9 })).toEqual([one]);
      expect(await store().count({ linked: [{ kind, direction: 'out' }] })).toBe(1);
      expect((await store().joins({ first: 9, agency })).joins).toEqual([join]);
      await accepted(store(), [{ op: 'deleteLink', id: one.id }]);
      expect(await store().adjacent([to], { direction: 'both', limit: 9 })).toEqual([]);
    });

    test('a peer, a source, an import and a search are only names', async () => {
      await accepted(store(), [{ op: 'putTwin', twin: twin(twinId('1')), source: text, digest: text }]);
      await store().apply([put('2')], { at, cursor: { peer: text, seq: 3 } });
      await store().putImport({ id: text, source: text, digest: text, state: 'DONE', startedAt: at });
      expect(await store().sourceState(text, { first: 9 })).toEqual([{ id: twinId('1'), digest: text }]);
      expect([await store().cursor(text), await store().cursor('p')]).toEqual([3, undefined]);
      expect((await store().lastImport(text))?.id).toBe(text);
      expect(await store().count({ text })).toBeLessThanOrEqual(2);
      expect(await store().count({ agencies: [agency], kinds: [term('Thing')] })).toBe(2);
    });
  });
};
