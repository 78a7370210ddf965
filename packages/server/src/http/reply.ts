/**
 * Reply: bodies in, documents out, and the status of every problem. Bodies are bounded while they are read.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  codeOf,
  describeProblem,
  fail,
  isRetryable,
  messageDepthMax,
  nestedDeeperThan,
  ok,
  type Problem,
  type ProblemKind,
  problem,
  type Result,
} from '@cityweave/core';

/** Complete by its type: a problem without a status does not compile. */
export const statusByProblem: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  unsupportedVersion: 400,
  missing: 400,
  unknownMessageType: 400,
  unknownKind: 400,
  unknownVerb: 400,
  notMyRole: 405,
  expired: 408,
  replayed: 409,
  tooLarge: 413,
  unsupportedFormat: 415,
  unknownDestination: 404,
  invalid: 422,
  ownedByOther: 409,
  notRegistered: 404,
  notFound: 404,
  revisionConflict: 409,
  leaseExpired: 410,
  featureInUse: 409,
  badId: 422,
  endpointNotVerified: 424,
  refusedByRegistry: 403,
  badQuery: 400,
  tooMany: 413,
  unsupportedQueryForm: 501,
  unknownSubscription: 404,
  resnapshot: 410,
  unknownArea: 409,
  unknownDictionary: 404,
  unknownTerm: 422,
  noMapping: 422,
  dictionaryConflict: 409,
  unknownFederation: 404,
  notMember: 403,
  notInitiator: 403,
  declined: 403,
  termsNotAcceptable: 409,
  tooManyRounds: 409,
  invitationExpired: 410,
  notAllowedInState: 409,
  memberLimit: 409,
  notInForce: 403,
  hashDiffers: 409,
  federationsConflict: 409,
  unbridgeable: 422,
  unreachable: 502,
  timedOut: 504,
  unknownConnection: 404,
  adaptorOverloaded: 503,
  adaptorUnreachable: 502,
  mappingMissing: 422,
  notConvertible: 422,
  lossTooHigh: 422,
  badProfile: 422,
  interrupted: 503,
  unitsDiffer: 422,
  unknownReferenceSystem: 422,
  clocksDiffer: 422,
  unavailable: 503,
  inMaintenance: 503,
  upstreamTimedOut: 504,
  notAvailable: 404,
  tooOld: 503,
  qualityTooLow: 422,
  overloaded: 429,
  notAuthenticated: 401,
  notAuthorised: 403,
  badSignature: 401,
  passExpired: 401,
  qosNotAttainable: 422,
  purposeNotPermitted: 403,
  personalDataNotPermitted: 403,
  keyNotTrusted: 401,
  functionFailed: 500,
  badInput: 422,
  functionTimedOut: 504,
  actuationNotPermitted: 403,
  cancelled: 410,
  badFile: 422,
  outsideCoverage: 422,
  duplicateKey: 422,
  badConfiguration: 500,
  internal: 500,
};

/** Who asked is gone when the connection closes before the answer was written. */
export const goneSignal = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
};

export const readBody = async (request: IncomingMessage, bytesMax: number): Promise<Result<string>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The request is not destroyed where reading stops: the answer that says why goes out over the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > bytesMax) return fail(problem('tooLarge', { subject: 'message', limit: bytesMax }));
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
};

export const parseBody = (text: string): Result<unknown> => {
  try {
    const parsed: unknown = JSON.parse(text);
    return nestedDeeperThan(parsed, messageDepthMax) ? fail(problem('malformed', { accepted: `nested at most ${messageDepthMax} deep` })) : ok(parsed);
  } catch {
    return fail(problem('malformed', { accepted: 'JSON' }));
  }
};

/** JSON that is text already. */
export const sendText = (
  response: ServerResponse,
  { status, text, type = 'application/json' }: { readonly status: number; readonly text: string; readonly type?: string },
): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(text);
};

type Document = { readonly status: number; readonly value: unknown; readonly type?: string };

export const sendDocument = (response: ServerResponse, { status, value, type = 'application/json' }: Document): void => {
  sendText(response, { status, text: JSON.stringify(value), type });
};

/** RFC 9457; facts, a code and a sentence, never an address or a stack. */
export const sendJson = (response: ServerResponse, status: number, value: unknown): void => sendDocument(response, { status, value });

export const problemDocument = ({ kind, ...facts }: Problem): { readonly status: number } & Readonly<Record<string, unknown>> => {
  const given = { kind, ...facts };
  return { type: 'about:blank', title: describeProblem(given), code: codeOf(given), retryable: isRetryable(given), ...facts, status: statusByProblem[kind] };
};

export const sendProblem = (response: ServerResponse, found: Problem): void => {
  const value = problemDocument(found);
  sendDocument(response, { status: value.status, value, type: 'application/problem+json' });
};
