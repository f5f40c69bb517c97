import { createRequire } from 'node:module';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { connect, type Session } from './clients.js';
import type { CatalogueFile } from './gateway.js';
import { repository } from './launch.js';

const server = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');

/** The reference server, which uses every feature of the protocol; its listening address cannot be configured. */
export const everythingEntry: CatalogueFile[string] = {
  command: process.execPath,
  args: ['--import', repository('test/support/listen-on-loopback.mjs'), server, 'streamableHttp'],
};

export interface EverythingSession extends Session {
  /** The notifications of the server, in order. */
  notifications: unknown[];
  /** Breaks the server's own stream. The client reconnects when the returned function is called. */
  breakStream(): () => void;
}

/** A client with every capability that the server may use; resolves when the server's own stream is open, too. */
export async function connectToEverything(url: string): Promise<EverythingSession> {
  const notifications: unknown[] = [];
  const streaming = Promise.withResolvers<void>();
  let cut = new AbortController();
  let mayConnect = Promise.resolve();
  const session = await connect(url, {
    capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } },
    prepare: (client) => answerTheServer(client, notifications),
    async fetch(input, init) {
      if (init?.method !== 'GET') return fetch(input, init);
      await mayConnect;
      cut = new AbortController();
      const signal = AbortSignal.any([cut.signal, ...(init.signal ? [init.signal] : [])]);
      const response = await fetch(input, { ...init, signal });
      streaming.resolve();
      return response;
    },
  });
  await streaming.promise;
  return {
    ...session,
    notifications,
    breakStream() {
      const { promise, resolve } = Promise.withResolvers<void>();
      mayConnect = promise;
      cut.abort();
      return resolve;
    },
  };
}

function answerTheServer(client: Client, notifications: unknown[]) {
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
    const [first] = params.messages;
    const text = `sampled: ${JSON.stringify(first?.content)}`;
    return { role: 'assistant', model: 'none', content: { type: 'text', text } };
  });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    const fields = 'requestedSchema' in params ? Object.keys(params.requestedSchema.properties) : [];
    return { action: 'accept', content: { name: `one of ${fields.length} fields`, check: true, integer: 7 } };
  });
  client.setRequestHandler(ListRootsRequestSchema, () => ({
    roots: [{ uri: 'file:///projects/gateway', name: 'gateway' }],
  }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void notifications.push(params));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void notifications.push(params));
}
