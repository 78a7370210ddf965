import { describe, expect, it } from 'vitest';
import { isMet } from './coming.ts';

describe('a wish to see twins', () => {
  it('stays while some of them are not drawn that may be coming still', () => {
    expect(isMet({ asked: 2, drawn: 1, coming: true })).toBe(false);
    expect(isMet({ asked: 1, drawn: 0, coming: true })).toBe(false);
  });
  it('is met where all are drawn, or nothing more is coming', () => {
    expect(isMet({ asked: 2, drawn: 2, coming: true })).toBe(true);
    expect(isMet({ asked: 2, drawn: 1, coming: false })).toBe(true);
  });
});
