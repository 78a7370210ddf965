/** The two functions of the UCUM library that we use; it ships no types. */
declare module '@lhncbc/ucum-lhc' {
  type Outcome = { readonly status: 'succeeded' | 'failed' | 'error'; readonly toVal: number | null; readonly msg: readonly string[] };
  type Utils = {
    convertUnitTo(from: string, value: number, to: string): Outcome;
    validateUnitString(code: string): { readonly status: 'valid' | 'invalid' | 'error'; readonly ucumCode: string | null };
  };
  const ucum: { readonly UcumLhcUtils: { getInstance(): Utils } };
  export default ucum;
}
