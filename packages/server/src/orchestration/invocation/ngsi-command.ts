/**
 * NGSI command: attributes of an entity at a broker of the agency, set as a function of this node: what moves something in the city. Nothing but what the node file
 * names is set, of entities of its type alone.
 */
import {
  authorityOf,
  fail,
  Geometry,
  intersects,
  type Json,
  type JsonSchema,
  limits,
  ok,
  partsOfTwinId,
  problem,
  type Result,
  shorten,
  TwinId,
} from '@cityweave/core';
import type { NgsiCommand } from '../../config/far-function.ts';
import { checkedBy, type DescribedFunction } from '../../functions/described.ts';
import type { Computing } from '../../functions/function.ts';
import type { Room } from '../room.ts';

type Members = Readonly<Record<string, Json>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const inputsSchema = ({ entity, inputs, ranges }: NgsiCommand): JsonSchema => {
  const schemaOf = (member: string): JsonSchema => {
    const range = ranges[member];
    if (member === entity) return { type: 'string', maxLength: limits.idCharactersMax };
    return range ? { type: 'number', minimum: range[0], maximum: range[1] } : { type: ['number', 'string', 'boolean'] };
  };
  const properties = Object.fromEntries(inputs.map(({ member }) => [member, schemaOf(member)]));
  return { type: 'object', properties, required: inputs.map(({ member }) => member), additionalProperties: false };
};

/** The entity behind a twin of this agency, or the entity's own id. */
const entityId = ({ self }: Room, named: string): string => {
  const twin = TwinId.safeParse(named).data;
  return (twin && authorityOf(twin) === self.authority ? partsOfTwinId(twin)?.key : undefined) ?? named;
};

type Commanded = { readonly given: NgsiCommand; readonly id: string; readonly signal: AbortSignal };

const addressOf = ({ given, id }: Commanded): string => `${given.address.replace(/\/$/, '')}/${encodeURIComponent(id)}`;

const readEntity = async ({ far }: Room, commanded: Commanded): Promise<Result<Members>> => {
  const { given, id, signal } = commanded;
  const bounds = { recordsMax: 1, bytesMax: limits.controlMessageBytesMax, timeoutMs: limits.farFetchMs, signal };
  const told = await far.document({ protocol: 'ngsi-ld', address: addressOf(commanded), context: given.context, ...bounds });
  if (!told.ok) return told;
  return isMembers(told.value) && told.value['type'] === given.type
    ? ok(told.value)
    : fail(problem('badInput', { path: `/inputs/${given.entity}`, found: shorten(id), accepted: `the id of a ${given.type}, or of its twin` }));
};

/** Where nothing is agreed on of an area, anywhere; else where it says that it is. */
const isWithin = ({ location }: Members, area: Geometry | undefined): boolean => {
  const place = area && Geometry.safeParse(valueOf(location)).data;
  return area === undefined || (place !== undefined && intersects(place, area));
};

const valueOf = (attribute: Json | undefined): Json | undefined => (isMembers(attribute) ? (attribute['value'] ?? attribute['object']) : attribute);

/** The attribute as the broker has it, with another value. */
const attributeWith = (before: Json | undefined, value: Json, observedAt: string): Json => {
  const { unitCode } = Object(before);
  return { type: 'Property', value, observedAt, ...(unitCode !== undefined && { unitCode }) };
};

type Running = { readonly given: NgsiCommand; readonly inputs: Members };

const run = async (room: Room, { given, inputs }: Running, { signal, area }: Computing): Promise<Result<Members>> => {
  const { [given.entity]: named, ...values } = inputs;
  const commanded: Commanded = { given, id: entityId(room, String(named)), signal };
  const before = await readEntity(room, commanded);
  if (!before.ok) return before;
  if (!isWithin(before.value, area)) return fail(problem('badInput', { path: `/inputs/${given.entity}`, accepted: `a ${given.type} in the area agreed on` }));
  const now = room.deps.clock.now();
  const body = Object.fromEntries(Object.entries(values).map(([member, value]) => [member, attributeWith(before.value[member], value, now)]));
  const said = await room.far.say({ protocol: 'ngsi-ld', context: given.context, method: 'PATCH', address: `${addressOf(commanded)}/attrs`, body, signal });
  const after = said.ok ? await readEntity(room, commanded) : said;
  if (!after.ok) return after;
  const told = { ...after.value, [given.entity]: String(named) };
  return ok(Object.fromEntries(given.outputs.map(({ member }) => [member, valueOf(told[member]) ?? null])));
};

export const ngsiCommand = (room: Room, given: NgsiCommand): DescribedFunction => {
  const schemas = { inputs: inputsSchema(given), outputs: { type: 'object', properties: Object.fromEntries(given.outputs.map(({ member }) => [member, {}])) } };
  return {
    kind: given.kind,
    name: given.title ?? room.vocabulary().term(given.kind)?.label ?? { en: given.id },
    method: `Sets ${given.inputs.map(({ member }) => member).join(', ')} of a ${given.type}`,
    effect: given.effect,
    modes: ['sync'],
    reads: [],
    schemas,
    inputs: checkedBy(schemas.inputs),
    outputs: checkedBy(schemas.outputs),
    run: (inputs, computing) => run(room, { given, inputs: inputs as Members }, computing), // branding: parsed by the schema, which is one of an object
  };
};
