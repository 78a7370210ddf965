/**
 * Parties of the exchange benchmark: a node that answers and one that asks, opened as a node opens itself, in folders of their own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cityDictionary, createVocabulary, type Message, messageText, type Request, type RowName, requestMessage, signedText } from '@cityweave/core';
import {
  createEvents,
  createNodeDesk,
  createNodeThreads,
  createRoom,
  type NodeDesk,
  NodeFile,
  newMessageId,
  openNode,
  type Room,
  signText,
  systemDeps,
} from '@cityweave/server';
import { valueOf } from '../../city.ts';
import { authorityOfTest } from '../../city-files.ts';

export type Party = AsyncDisposable & { readonly room: Room; readonly desk: NodeDesk };

const deps = systemDeps();
const vocabulary = createVocabulary([cityDictionary]);

export const openParty = async (name: string, registry?: string): Promise<Party> => {
  const directory = await mkdtemp(join(tmpdir(), `cityweave-bench-${name}-`));
  const threads = createNodeThreads(deps.timers);
  const roles = registry === undefined ? ['registry', 'twin'] : ['twin'];
  const node = NodeFile.parse({ agency: authorityOfTest(name), name: { en: name }, roles, ...(registry !== undefined && { registry: { address: registry } }) });
  const opened = valueOf(await openNode({ node, directory, deps, logLevel: 'silent', production: true, vocabulary, examples: [], threads }));
  const stop = new AbortController();
  const events = createEvents({ agency: node.agency, level: 'silent' });
  const room = createRoom({ node, deps, vocabulary }, opened, { events, address: () => 'http://127.0.0.1:1', signal: stop.signal });
  return {
    room,
    desk: createNodeDesk(room),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await opened.protocol.close();
      await opened.store.close();
      await opened.log.close();
      opened.records.close();
      opened.unlock();
      await threads[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** A message as one party says it to a registry, signed, as text. */
export const write = <N extends RowName>({ room }: Party, to: string, { name, content }: { readonly name: N; readonly content: Request<N> }): string => {
  const key = room.keys.current();
  const source = { id: room.self.id, role: 'digitalTwin' as const, endpoint: room.self.address() };
  const sending = { messageId: newMessageId(deps.ids), source, destination: { id: to, role: 'registry' as const }, timestamp: deps.clock.now() };
  const bare = requestMessage(name, content, sending);
  const security = { scheme: 'jws' as const, keyId: key.keyId };
  const unsigned: Message = { ...bare, header: { ...bare.header, security } };
  return messageText({ ...unsigned, header: { ...unsigned.header, security: { ...security, signature: signText(signedText(unsigned), key) } } });
};
