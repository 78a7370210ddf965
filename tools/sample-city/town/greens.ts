/**
 * Greens: parks, squares and cemeteries that stay free of houses. A table; each takes the block nearest to its point.
 */
import type { Point } from '../ground/plane.ts';

export type GreenSort = 'park' | 'square' | 'cemetery' | 'playground' | 'allotments';
export type Green = { readonly name: string; readonly sort: GreenSort; readonly near: Point };

const green = (name: string, sort: GreenSort, near: Point): Green => ({ name, sort, near });

export const greens: readonly Green[] = [
  green('Marktplatz', 'square', [0, 25]),
  green('Kornmarkt', 'square', [90, -110]),
  green('Stadtpark', 'park', [-20, 420]),
  green('Wallanlagen', 'park', [-290, 160]),
  green('Rosengarten', 'park', [330, -200]),
  green('Bürgerpark Nord', 'park', [150, 640]),
  green('Westpark', 'park', [-760, 200]),
  green('Ostpark', 'park', [900, -120]),
  green('Südpark', 'park', [-420, -760]),
  green('Alter Friedhof', 'cemetery', [-600, 560]),
  green('Waldfriedhof', 'cemetery', [700, 560]),
  green('Spielplatz Lindenhof', 'playground', [-960, -60]),
  green('Spielplatz Brückenvorstadt', 'playground', [330, -500]),
  green('Kleingärten Sonnenaue', 'allotments', [-900, -560]),
];
