/**
 * Inputs of questions: filters, order, needs. Their meaning is that of core's query between agencies.
 */
import { limits } from '@cityweave/core';
import type { AreaGiven, CircleGiven, FilterGiven, LinkTestGiven, PropertyTestGiven, RelationGiven } from '../questions/filter.ts';
import type { Builder } from './builder.ts';

const defineTestEnums = (builder: Builder) => ({
  direction: builder.enumType('Direction', {
    description: 'Which way a link is followed.',
    values: {
      OUT: { value: 'out', description: 'From the twin to others.' },
      IN: { value: 'in', description: 'From others to the twin.' },
      BOTH: { value: 'both', description: 'Either way.' },
    } as const,
  }),
  operator: builder.enumType('TestOperator', {
    description: 'How a property is compared. A twin without the property passes only EXISTS false.',
    values: {
      EQ: { value: 'eq', description: 'The same value.' },
      NE: { value: 'ne', description: 'Another value; there must be one.' },
      LT: { value: 'lt', description: 'Less than; texts by code point.' },
      LTE: { value: 'lte', description: 'Less than or the same.' },
      GT: { value: 'gt', description: 'Greater than.' },
      GTE: { value: 'gte', description: 'Greater than or the same.' },
      IN: { value: 'in', description: 'One of a list of values.' },
      EXISTS: { value: 'exists', description: 'There is a value; with `value: false`, there is none.' },
      CONTAINS: { value: 'contains', description: 'The text contains this.' },
      PREFIX: { value: 'prefix', description: 'The text begins with this.' },
      FLAGGED: { value: 'flagged', description: 'It came about in one of a list of ways, as `["MEASURED", "CARRIED"]`: names of ValueFlag.' },
    } as const,
  }),
  relation: builder.enumType('SpatialRelationKind', {
    description: 'How the place of a twin relates to an area. INTERSECTS and WITHIN are planar in longitude and latitude, distances are geodesic.',
    values: {
      INTERSECTS: { value: 'intersects', description: 'They share a point; edges count.' },
      WITHIN: { value: 'within', description: 'The twin lies in the area wholly.' },
      NEARER_THAN: { value: 'nearerThan', description: 'At most `metres` apart.' },
    } as const,
  }),
});

const defineOtherEnums = (builder: Builder) => ({
  orderKey: builder.enumType('TwinOrderKey', {
    description: 'What twins are ordered by. Every order ends in the id by code point, so that it is total.',
    values: {
      ID: { value: 'id', description: 'The id, by code point.' },
      NAME: { value: 'name', description: 'The English name, else the first one.' },
      KIND: { value: 'kind', description: 'The term of the kind.' },
      UPDATED_AT: { value: 'updatedAt', description: 'When the twin last changed.' },
      RELEVANCE: { value: 'relevance', description: 'How well `filter.text` names it, best first: exactly, at the beginning, by its words, elsewhere.' },
    } as const,
  }),
  flag: builder.enumType('ValueFlag', {
    description: 'How a value came about.',
    values: {
      MEASURED: { description: 'Measured, surveyed or registered.' },
      INTERPOLATED: { description: 'Calculated between measured ones.' },
      CARRIED: { description: 'Carried on from an earlier one.' },
      SIMULATED: { description: 'Calculated by a model.' },
      MISSING: { description: 'Known to be missing.' },
    } as const,
  }),
  facet: builder.enumType('Facet', {
    description: 'What twins are counted by.',
    values: {
      KIND: { value: 'kind', description: 'By kind.' },
      AGENCY: { value: 'agency', description: 'By agency.' },
      STATUS: { value: 'status', description: 'By the text of `city:status`.' },
    } as const,
  }),
});

const defineEnums = (builder: Builder) => ({ ...defineTestEnums(builder), ...defineOtherEnums(builder) });

type Enums = ReturnType<typeof defineEnums>;

const defineTests = (builder: Builder, { operator, direction, relation }: Enums) => {
  const filter = builder.inputRef<FilterGiven>('TwinFilter');
  const property = builder.inputRef<PropertyTestGiven>('PropertyTest').implement({
    description: 'A test of one property. Values are converted into `unit` before they are compared.',
    fields: (t) => ({
      term: t.id({ required: true, description: 'The property, as "city:returnPeriod".' }),
      op: t.field({ type: operator, defaultValue: 'eq', description: 'How it is compared.' }),
      value: t.field({ type: 'JSON', description: 'What it is compared with: a number, a text, true or false; a list with IN.' }),
      unit: t.string({ description: 'UCUM code of `value`, as "a" for years or "kW". Where absent, values are compared as they stand.' }),
    }),
  });
  const linked = builder.inputRef<LinkTestGiven>('LinkTest').implement({
    description: 'A test of links: there is one of this kind to a twin that matches.',
    fields: (t) => ({
      kind: t.id({ description: 'Kind of the link, as "city:locatedOn"; any where absent.' }),
      except: t.id({ description: 'A kind that it must not be of, as "city:sameAs".' }),
      direction: t.field({ type: direction, defaultValue: 'out', description: 'Which way the link goes.' }),
      to: t.field({ type: filter, description: 'What the twin at the other end must match. Of twins of other agencies only id and agency are known here.' }),
    }),
  });
  const related = builder.inputRef<RelationGiven>('SpatialRelation').implement({
    description: 'A relation to the places of another set of twins, of any agency. That set is resolved first, its places are then sent to the others.',
    fields: (t) => ({
      relation: t.field({ type: relation, required: true, description: 'How the places relate.' }),
      to: t.field({ type: filter, required: true, description: 'The other set.' }),
      metres: t.float({ description: 'With NEARER_THAN: the greatest distance in metres, above 0.' }),
    }),
  });
  return { filter, property, linked, related };
};

const defineArea = (builder: Builder) => {
  const circle = builder.inputRef<CircleGiven>('CircleInput').implement({
    description: 'What lies nearer than a distance to a position.',
    fields: (t) => ({
      longitude: t.float({ required: true, description: 'Degrees, -180 to 180.' }),
      latitude: t.float({ required: true, description: 'Degrees, -90 to 90.' }),
      metres: t.float({ required: true, description: 'Geodesic radius in metres, above 0.' }),
    }),
  });
  return builder.inputRef<AreaGiven>('AreaInput').implement({
    description: 'An area: one of box, polygon and circle.',
    fields: (t) => ({
      box: t.floatList({ description: '[west, south, east, north] in degrees; west > east crosses the antimeridian.' }),
      polygon: t.field({ type: 'GeoJSON', description: `A GeoJSON geometry that twins must meet; at most ${limits.areaVerticesMax} vertices.` }),
      circle: t.field({ type: circle, description: 'Around a position.' }),
    }),
  });
};

type Tests = ReturnType<typeof defineTests>;

const defineFilter = ({ filter, property, linked, related }: Tests, area: ReturnType<typeof defineArea>) =>
  filter.implement({
    description: `Which twins: all members that are given must hold; an empty filter holds for every twin. Nested at most ${limits.filterDepthMax} deep, at most ${limits.filterNodesMax} parts in all.`,
    fields: (t) => ({
      ids: t.idList({
        description: `By any identifier a twin is known by: its id, an alternative one, its object of interest. At most ${limits.filterIdsMax}.`,
      }),
      agencies: t.idList({ description: 'Kept by one of these agencies, as "urn:dtf:agency:water.example".' }),
      kinds: t.idList({ description: `Of one of these kinds, as "city:Hospital"; a kind includes its narrower terms. At most ${limits.filterKindsMax}.` }),
      text: t.string({
        description: `Every word begins a word of the name, an identifier or a text value. At most ${limits.filterTextCharactersMax} characters.`,
      }),
      within: t.field({ type: area, description: 'The place meets this area.' }),
      relates: t.field({ type: [related], description: 'All of these relations to other twins hold.' }),
      property: t.field({ type: [property], description: 'All of these tests of properties hold.' }),
      linked: t.field({ type: [linked], description: 'All of these links are there.' }),
      changedSince: t.field({ type: 'DateTime', description: 'Changed at this instant or later.' }),
      all: t.field({ type: [filter], description: 'All of these hold.' }),
      any: t.field({ type: [filter], description: 'At least one of these holds.' }),
      not: t.field({ type: filter, description: 'This does not hold.' }),
    }),
  });

const defineOrder = (builder: Builder, { orderKey }: Enums) =>
  builder.inputType('TwinOrder', {
    description: 'In which order: by a key, or by a property. Twins without the property come last in either direction.',
    fields: (t) => ({
      by: t.field({ type: orderKey, description: 'A key; ID where neither is given.' }),
      term: t.id({ description: 'A property, as "city:capacity": numbers by size, texts by code point.' }),
      descending: t.boolean({ defaultValue: false, description: 'Greatest first; ties still by ascending id.' }),
    }),
  });

const defineNeed = (builder: Builder, area: ReturnType<typeof defineArea>) =>
  builder.inputType('NeedInput', {
    description: 'What is looked for in the registry.',
    fields: (t) => ({
      kinds: t.idList({ required: true, description: `Kinds of twins, as ["city:Substation"]; narrower terms count less. 1 to ${limits.needsMax}.` }),
      agencies: t.idList({ description: 'Only of these agencies.' }),
      purpose: t.id({ description: 'What for, as "city:safety": owners may allow some purposes only.' }),
      within: t.field({ type: area, description: 'Where it is needed.' }),
    }),
  });

export const defineInputs = (builder: Builder) => {
  const enums = defineEnums(builder);
  const area = defineArea(builder);
  const tests = defineTests(builder, enums);
  return { ...enums, area, filter: defineFilter(tests, area), order: defineOrder(builder, enums), need: defineNeed(builder, area) };
};

export type Inputs = ReturnType<typeof defineInputs>;
