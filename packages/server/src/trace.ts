/**
 * Trace: to which trace belongs what is done now (W3C trace context), so that whatever it causes is said, asked of systems of the agency and logged under it.
 * A trace begins with who asks: nothing here begins one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string | undefined>();

export const traceNow = (): string | undefined => current.getStore();

/** Does it under a trace; under none where it is undefined, as what goes on for longer than who began it. */
export const traced = <T>(trace: string | undefined, run: () => T): T => current.run(trace, run);
