import type { Readable, Writable } from 'node:stream';
import { type AuthProvider, type FetchLike, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { Relay } from './relay.js';

const PATIENCE_MS = 60_000;

export interface ConnectOptions {
  url: string;
  /** Tokens for the gateway. `onUnauthorized` gets a new one after a 401. */
  authorization?: AuthProvider | undefined;
  /** Further headers, such as those of the development sign-in. */
  headers?: Readonly<Record<string, string>>;
  stdin: Readable;
  stdout: Writable;
  log(line: string): void;
  /** Milliseconds for which messages wait for a gateway that cannot be reached. */
  patienceMs?: number;
}

/** Lets a client that speaks stdio only use a server behind the gateway. Resolves when standard input ends. */
export async function connect(options: ConnectOptions): Promise<void> {
  const { url, authorization, headers = {}, stdin, stdout, log, patienceMs = PATIENCE_MS } = options;
  // A call may take hours and a stream may be silent for as long; TCP keep-alive finds a gateway that is dead.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const dispatcher = new EnvHttpProxyAgent(timeouts);
  const fetch: FetchLike = (to, init) =>
    undiciFetch(to, { ...(init as object), dispatcher }) as unknown as Promise<Response>;
  const relay = new Relay({
    client: new StdioServerTransport(stdin, stdout),
    connect: () =>
      new StreamableHTTPClientTransport(new URL(url), {
        fetch,
        requestInit: { headers },
        ...(authorization && { authProvider: authorization }),
        reconnectionOptions: {
          initialReconnectionDelay: 500,
          maxReconnectionDelay: 15_000,
          reconnectionDelayGrowFactor: 1.5,
          maxRetries: Number.MAX_SAFE_INTEGER,
        },
      }),
    log,
    patienceMs,
  });
  try {
    await relay.run();
  } finally {
    await dispatcher.destroy();
  }
}
