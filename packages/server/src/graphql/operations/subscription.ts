import type { defineFederations } from '../schema/federation.ts';
import type { Kit } from '../schema/kit.ts';
export const defineSubscriptions = (_kit: Kit, _states: ReturnType<typeof defineFederations>): void => undefined;
