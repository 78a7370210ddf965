/**
 * Units as people write them: the print forms of UCUM for codes of UCUM. A code that is not understood is shown as it stands.
 */

/** Atoms whose code is not how they are written; all others are. */
const atoms: Readonly<Record<string, string>> = {
  '[ft_i]': 'ft',
  '[ft_us]': 'ft',
  '[in_i]': 'in',
  '[in_us]': 'in',
  '[yd_i]': 'yd',
  '[mi_i]': 'mi',
  '[mi_us]': 'mi',
  '[kn_i]': 'kn',
  '[acr_us]': 'ac',
  '[sft_i]': 'ft²',
  '[gal_us]': 'gal',
  '[lb_av]': 'lb',
  '[degF]': '°F',
  '[psi]': 'psi',
  '[pH]': 'pH',
  '[ppm]': 'ppm',
  '[ppb]': 'ppb',
  Cel: '°C',
  deg: '°',
  Ohm: 'Ω',
  har: 'ha',
  'B[SPL]': 'B',
  'dB[SPL]': 'dB',
  mo: 'month',
  '1': '',
};

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const raised = (exponent: string): string =>
  exponent
    .replace('+', '')
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => superscripts[Number(digit)] ?? digit);

/** An annotation says what is counted. */
const annotation = /^\{([^{}]*)\}$/;
const factor = /^(\[[^\]]+\]|[A-Za-z%'"]+(?:\[[^\]]+\])?|\d+)([+-]?\d+)?(\{[^{}]*\})?$/;

const printFactor = (code: string): string | undefined => {
  const counted = annotation.exec(code);
  if (counted) return counted[1];
  const [, atom, exponent = '', said = ''] = factor.exec(code) ?? [];
  if (atom === undefined) return undefined;
  const micro = /^u[A-Za-z]/.test(atom) ? `µ${atom.slice(1)}` : atom;
  return `${atoms[atom] ?? micro}${raised(exponent)}${said && ` ${said.slice(1, -1)}`}`.trim();
};

export const unitText = (code: string): string => {
  const parts = code.split(/([./])/);
  const printed = parts.map((part) => (part === '.' ? '·' : part === '/' || part === '' ? part : printFactor(part)));
  return printed.includes(undefined) ? code : printed.join('');
};

/** Codes for which `Intl` has words in every language. */
const spokenUnits: Readonly<Record<string, string>> = { a: 'year', mo: 'month', wk: 'week', d: 'day', h: 'hour', min: 'minute', s: 'second' };

export const spokenUnit = (code: string): string | undefined => spokenUnits[code];
