/**
 * Socket cases: anything at all over the WebSocket of a real node: messages whole and in parts, frames that are none, too large, half or too many, and requests for
 * a socket that should get none. What is a message gets a code, what is no frame ends the socket, what is no request for a socket is refused.
 */
import { type Case, codeProblem, type Make, type Making, patienceMs } from './case.ts';
import { type Framed, frame, opcodes } from './frame.ts';
import { badBytes, badText, type Said, signedAnew, somethingSaid } from './messages.ts';
import { mutateText } from './mutate.ts';
import { converse, type Heard, type Talk } from './talking.ts';

type Judge = (heard: Heard) => string | undefined;

const asking: Readonly<Record<string, string>> = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'dtf.v1',
};

const door: Pick<Talk, 'path' | 'headers'> = { path: '/dtf/messages', headers: asking };

const toldMax = 2_000;

const caseOf = (talk: Talk, judge: Judge): Case => ({
  origin: talk.origin,
  told: () => {
    const { chunks, ...rest } = talk;
    return `${JSON.stringify(rest)}\n  ${Buffer.concat(chunks).subarray(0, toldMax).toString('latin1')}`;
  },
  run: async () => judge(await converse(talk, patienceMs)),
});

/** A node that speaks HTTP alone refuses, with a code. */
const judgeRefusal: Judge = ({ status, body }) => (status >= 400 && status < 500 ? codeProblem(body, `status ${status}`) : `refused with status ${status}`);

const firstOf = (problems: readonly (string | undefined)[]): string | undefined => problems.find((one) => one !== undefined);

const judgeTexts: Judge = ({ texts }) => firstOf(texts.map((text) => codeProblem(text, 'a frame')));

const judgeAnswers =
  (answers: number): Judge =>
  (heard) => {
    if (heard.status !== 101) return judgeRefusal(heard);
    return heard.texts.length === answers ? judgeTexts(heard) : `${heard.texts.length} answers to ${answers} messages`;
  };

/** Whatever was answered before it ended. */
const judgeEnd: Judge = (heard) => (heard.status === 101 ? judgeTexts(heard) : judgeRefusal(heard));

const bytesOf = ({ body }: Said): Buffer => Buffer.from(body);

const text = (payload: Buffer, more: Partial<Framed> = {}): Framed => ({ opcode: opcodes.text, payload, ...more });

const answered =
  (make: (making: Making) => Said, opcode: number = opcodes.text): Make =>
  (making) => {
    const said = make(making);
    return caseOf({ origin: said.to, ...door, chunks: [frame({ opcode, payload: bytesOf(said) })], answers: 1 }, judgeAnswers(1));
  };

/** A message in several frames, with signs of life in between. */
const inParts: Make = (making) => {
  const said = signedAnew(making);
  const whole = bytesOf(said);
  const parts = making.random.between(2, 9);
  const size = Math.ceil(whole.length / parts);
  const chunks = Array.from({ length: parts }, (_, at) => {
    const opcode = at === 0 ? opcodes.text : opcodes.continuation;
    const part = frame({ opcode, payload: whole.subarray(at * size, (at + 1) * size), isLast: at === parts - 1 });
    return making.random.chance(0.5) ? Buffer.concat([frame({ opcode: opcodes.ping, payload: Buffer.from('x') }), part]) : part;
  });
  return caseOf({ origin: said.to, ...door, chunks, answers: 1 }, judgeAnswers(1));
};

/** More at once than a socket carries at a time. */
const flood: Make = (making) => {
  const { to, value } = somethingSaid(making);
  const many = making.random.between(65, 200);
  const chunks = Array.from({ length: many }, () => {
    const body = making.random.chance(0.9)
      ? making.subject.signed(value, `urn:uuid:${making.random.uuid()}`)
      : mutateText(making.random, JSON.stringify(value));
    return frame(text(Buffer.from(body)));
  });
  return caseOf({ origin: to, ...door, chunks, answers: many }, judgeAnswers(many));
};

/** Signs of life asked for, then something to be answered; more of them than can be given at a time end the socket. */
const pings: Make = (making) => {
  const said = signedAnew(making);
  const many = Array.from({ length: making.random.between(100, 5_000) }, () => frame({ opcode: opcodes.ping, payload: Buffer.alloc(125, 1) }));
  return caseOf({ origin: said.to, ...door, chunks: [...many, frame(text(bytesOf(said)))], answers: 1 }, judgeEnd);
};

const giantBytes = 16 * 1024 * 1024 + 1;

/** What no client may send: each of them ends the socket. */
const noFrame: Make = ({ subject, random }) => {
  const word = Buffer.from('{}');
  const broken = random.pick<() => Buffer>([
    () => frame(text(word, { isMasked: false })),
    () => frame(text(word, { reserved: random.between(1, 7) })),
    () => frame({ opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload: word }),
    () => frame({ opcode: opcodes.continuation, payload: word }),
    () => frame({ opcode: opcodes.ping, payload: Buffer.alloc(126) }),
    () => frame({ opcode: opcodes.ping, payload: word, isLast: false }),
    () => frame({ opcode: opcodes.close, payload: random.pick([Buffer.from([0]), Buffer.from([0, 1]), Buffer.from([3, 0xe8, 0xff, 0xfe]), Buffer.alloc(0)]) }),
    () => frame(text(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))),
    () => frame(text(word, { claims: random.pick([2n ** 63n, 2n ** 53n + 1n, 2n ** 64n - 1n, BigInt(giantBytes)]) })),
    () => frame(text(Buffer.alloc(giantBytes, 0x20))),
    () => Buffer.concat([frame(text(word, { isLast: false })), frame(text(word))]),
    () =>
      Buffer.concat([
        frame(text(Buffer.alloc(giantBytes / 2 + 1, 0x20), { isLast: false })),
        frame({ opcode: opcodes.continuation, payload: Buffer.alloc(giantBytes / 2 + 1, 0x20) }),
      ]),
  ])();
  return caseOf({ origin: subject.city.front.address, ...door, chunks: [broken] }, judgeEnd);
};

/** Goes in the middle of what it says, or before it hears an answer. */
const halfSaid: Make = (making) => {
  const said = signedAnew(making);
  const whole = frame(text(bytesOf(said)));
  const chunks = [whole.subarray(0, making.random.between(0, whole.length))];
  return caseOf({ origin: said.to, ...door, chunks, leave: making.random.pick(['end', 'reset']) }, judgeEnd);
};

/** Bytes of chance; what they ask to wait for never comes. */
const noise: Make = ({ subject, random }) => {
  const bytes = Buffer.from(Array.from({ length: random.between(1, 4_000) }, () => random.between(0, 255)));
  return caseOf({ origin: subject.city.front.address, ...door, chunks: [bytes], leave: 'end' }, judgeEnd);
};

/** Holds a socket with half a frame and gives no sign of life: it is ended. */
const held: Make = (making) => {
  const said = signedAnew(making);
  const chunks = [frame(text(bytesOf(said))).subarray(0, 20)];
  return caseOf({ origin: said.to, ...door, chunks, isMute: true }, judgeEnd);
};

const otherHeaders = ({ random }: Making): Readonly<Record<string, string>> => {
  const left = random.pick(Object.keys(asking) as [string, ...string[]]); // branding: it has names
  const without = Object.fromEntries(Object.entries(asking).filter(([name]) => name !== left));
  const value = random.pick(['', 'x', 'dtf.v2', 'h2c', '8', 'a,'.repeat(3_000), 'graphql-transport-ws, dtf.v1', '\u00e9']);
  return random.pick([
    without,
    { ...asking, [left]: value },
    { ...asking, Origin: random.pick(['https://elsewhere.example', 'null', '', '\u00e9']) },
    { ...asking, authorization: `Bearer ${random.uuid()}.x.y`, 'last-event-id': random.pick(['-1', '9'.repeat(400), 'x']) },
  ]);
};

/** A request for a socket that should perhaps get none. */
const otherDoor: Make = (making) => {
  const { random, subject } = making;
  const path = random.pick([
    '/dtf/messages',
    '/dtf/events',
    `/dtf/events?subscription=${random.uuid()}`,
    '/dtf/events?subscription=%00',
    '/graphql',
    '/',
    '/%ff',
    '/nothing',
  ]);
  const isStream = path.startsWith('/dtf/events');
  const headers = isStream || random.chance(0.7) ? otherHeaders(making) : asking;
  const judge: Judge = ({ status, body }) => (status === 0 || (status >= 500 && status !== 503) ? `status ${status}: ${body.slice(0, 300)}` : undefined);
  return caseOf({ origin: subject.city.front.address, path, headers, chunks: [frame({ opcode: opcodes.close, payload: Buffer.alloc(0) })] }, judge);
};

/** The other socket of a node: what it hears is answered, or ends it. */
const graphql: Make = ({ subject, random }) => {
  const query = mutateText(random, '{ federations { nodes { id name members { agency { id } } } } }');
  const words = [{ type: 'connection_init' }, { type: 'subscribe', id: '1', payload: { query } }, { type: random.pick(['complete', 'pong', 'x']), id: '1' }];
  const chunks = words.map((word) => frame(text(Buffer.from(random.chance(0.2) ? mutateText(random, JSON.stringify(word)) : JSON.stringify(word)))));
  const headers = { ...asking, 'Sec-WebSocket-Protocol': 'graphql-transport-ws' };
  const judge: Judge = ({ status }) => (status === 101 ? undefined : `status ${status}`);
  return caseOf({ origin: subject.city.front.address, path: '/graphql', headers, chunks, leave: 'end' }, judge);
};

const everyday: readonly Make[] = [
  ...Array.from({ length: 5 }, () => answered(signedAnew)),
  ...[answered(badText), answered(badBytes, opcodes.binary), inParts, inParts, noFrame, noFrame, noFrame],
  ...[halfSaid, halfSaid, noise, otherDoor, otherDoor, graphql],
];

/** What takes long is rare. */
export const socketCases: readonly [Make, ...Make[]] = [flood, flood, pings, held, ...Array.from({ length: 20 }, () => everyday).flat()];
