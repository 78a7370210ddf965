/**
 * Bounds of one operation, each with its unit in its name; what passes one is refused naming it.
 */
export const bounds = {
  depthMax: 16,
  aliasesMax: 30,
  tokensMax: 5_000,
  /** levels of lists and objects in the variables: more than a filter and a geometry in it take */
  variablesDepthMax: 64,
  directivesMax: 50,
  /** fields, each multiplied by the page sizes of the lists around it where these are written in the query */
  costMax: 100_000,
  operationsPerRequestMax: 10,
  requestBytesMax: 4 * 1024 * 1024,
  /** the same operation is compiled when it is asked for the third time */
  executionsBeforeCompiling: 2,
  operationsRememberedMax: 1_000,
} as const;
