/**
 * The past in the page: table, twin and scene show the moment that is looked at, by the keyboard alone, and a link shows it to somebody else.
 */
import { addMs, type Instant, TermId, TwinId } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, panel, tool } from './page.ts';

const level = TermId.parse('city:waterLevel');
const gauge = TwinId.parse(`urn:dtf:twin:${authorityOfTest('water')}:things/gauge-1`);
/** Yesterday: what is longer ago may be folded. */
const day = addMs(systemDeps().clock.now(), -86_400_000).slice(0, 10);
/** what the gauge told, on that day */
const told = { '10:00': 1.25, '14:00': 3.75 } as const;

const instantOf = (hour: string): Instant => `${day}T${hour}:00.000Z` as Instant; // branding: an instant

const rowOf = (page: Page) => page.getByRole('row').filter({ hasText: 'gauge-1' }).first();

it('is what the table, the twin and the scene show, as far back as the bar is moved, and the link holds it', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const samples = Object.entries(told).map(([hour, value]) => ({ value, unit: 'm', observedAt: instantOf(hour), recordedAt: instantOf(hour) }));
  await city.node('water').store.apply([{ op: 'patchTwin', id: gauge, values: {}, samples: { [level]: samples } }], { at: instantOf('14:00') });
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, { timezoneId: 'UTC', hash: `#v=table&w=filter&p=city:waterLevel&at=${day}T11:00Z` });
  const { page } = viewer;
  const histories: unknown[] = [];
  page.on('request', (request) => {
    const asked = request.postData() ?? '';
    if (asked.includes('query History')) histories.push(JSON.parse(asked).variables);
  });
  await rowOf(page).getByText('1.25').waitFor();
  await panel(page, 'Table').getByText('As it was on').waitFor();
  await page.locator('.legend').first().waitFor();
  await rowOf(page).click();
  await panel(page, 'Selected twin').getByText('1.25').first().waitFor();
  await panel(page, 'Time').getByRole('slider').focus();
  for (let times = 0; times < 4; times += 1) await page.keyboard.press('PageUp');
  await rowOf(page).getByText('3.75').waitFor();
  await panel(page, 'Selected twin').getByText('3.75').first().waitFor();
  await expect.poll(() => page.url()).toMatch(new RegExp(`at=${day}T(1[4-9]|2)`));
  // the line beside the number ends at that moment, and knows no more than was known then
  await panel(page, 'Selected twin').getByText('2 values between').waitFor();
  const asOf = () => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('at');
  // who presses slowly rests at each hour
  await expect.poll(() => [Object(histories.at(-1)).to, Object(histories.at(-1)).knownAt].map((at) => at === asOf())).toEqual([true, true]);
  await using other = await openViewer(browser, city.front.address, { timezoneId: 'Asia/Tokyo', hash: new URL(page.url()).hash });
  await rowOf(other.page).getByText('3.75').waitFor();
  await tool(page, 'Time').click();
  await expect.poll(() => page.url()).not.toContain('at=');
  expect([...viewer.errors, ...other.errors]).toEqual([]);
  await browser.close();
});

const noon = 'at=2026-06-21T12:00Z';

it.each([
  ['Asia/Tokyo', 'June 21, 2026 at 14:00 GMT+2', ['Times are told as the clocks of the city show them: Central European Time (Europe/Berlin).']],
  ['Europe/Berlin', 'June 21, 2026 at 14:00', []],
])('for who looks from %s is told as the clocks of the city show it, and the zone is named where their own differ', async (timezoneId, said, named) => {
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { timezoneId, hash: `#lang=en&w=federation&t=2026-06-21T14:00&${noon}` });
  const { page } = viewer;
  for (const bar of ['Time', 'Sun']) {
    await panel(page, bar).getByText(said, { exact: true }).waitFor();
    expect(await panel(page, bar).getByRole('slider').getAttribute('aria-valuetext')).toBe(said);
  }
  await panel(page, 'Federation').getByText('asks and answers for all').waitFor();
  expect(await panel(page, 'Federation').getByText('Times are told').allTextContents()).toEqual(named);
  // an hour on is an hour on by the clocks of the city, and its link is the same moment for everybody
  await panel(page, 'Time').getByRole('slider').fill('900');
  await expect.poll(() => page.url()).toContain('at=2026-06-21T13:00Z');
  expect(page.url()).toContain('t=2026-06-21T14:00');
  expect(viewer.errors).toEqual([]);
  await browser.close();
});
