/**
 * StreamEvent: one event of a peer's stream as it goes over the line: a T11 message, or a sign of life.
 */
export type StreamEvent = { readonly type: 'message' | 'heartbeat'; readonly id: string; readonly text: string };
