/**
 * The public names of the standard, in reading order.
 */

export * from './federation/agreement.ts';
export * from './federation/agreement-use.ts';
export * from './federation/candidate.ts';
export * from './federation/communication.ts';
export * from './federation/exchange-data.ts';
export * from './federation/federated-filter.ts';
export * from './federation/federated-page.ts';
export * from './federation/federated-twin.ts';
export * from './federation/federation.ts';
export * from './federation/identity-plan.ts';
export * from './federation/member.ts';
export * from './federation/query-plan.ts';
export * from './federation/source-report.ts';
export { type Area, type PreparedArea, prepareArea } from './ground/area.ts';
export { assert, unreachable } from './ground/assert.ts';
export * from './ground/id.ts';
export * from './ground/instant.ts';
export * from './ground/json.ts';
export * from './ground/language.ts';
export * from './ground/lifecycle.ts';
export * from './ground/limits.ts';
export * from './ground/place.ts';
export * from './ground/problem.ts';
export * from './ground/quantity.ts';
export * from './ground/reference-system.ts';
export * from './ground/result.ts';
export * from './message/catalogue.ts';
export * from './message/discovery-query.ts';
export * from './message/header.ts';
export * from './message/message.ts';
export * from './message/row.ts';
export * from './scene/index.ts';
export * from './twin/city-dictionary.ts';
export * from './twin/digital-twin.ts';
export * from './twin/feature-information.ts';
export * from './twin/history.ts';
export * from './twin/link.ts';
export * from './twin/matches.ts';
export * from './twin/public-key.ts';
export * from './twin/query.ts';
export * from './twin/semantic-dictionary.ts';
export * from './twin/twin.ts';
export * from './twin/value.ts';
export * from './twin/words.ts';
