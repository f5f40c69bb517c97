import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type FetchLike, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Credentials } from '@mcp-gateway/client';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { Relay } from './relay.js';

const PATIENCE_MS = 60_000;
const LAST_ANSWERS_MS = 5_000;
const POLL_MS = 25;
/** A call may take hours and a stream may be silent as long; TCP keep-alive finds a gateway that is dead. */
const TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };

export interface ConnectOptions {
  url: string;
  credentials: Credentials;
  /** Further headers of each request. */
  headers?: Readonly<Record<string, string>>;
  stdin: Readable;
  stdout: Writable;
  /** For standard error; standard output has messages only. */
  log(line: string): void;
  /** Milliseconds for which messages wait for a gateway that cannot be reached. */
  patienceMs?: number;
  /** Ends the connection as the end of standard input does. */
  signal?: AbortSignal;
}

/** Lets a client that speaks stdio only use a server behind the gateway. Resolves when standard input ends. */
export async function connect(options: ConnectOptions): Promise<void> {
  const { url, credentials, headers = {}, stdin, stdout, log, patienceMs = PATIENCE_MS, signal } = options;
  const dispatcher = dispatcherFor(new URL(url));
  // The transport answers nothing once its input has ended, and a pipe such as `echo … |` ends at once.
  const input = new PassThrough();
  stdin.pipe(input, { end: false });
  const client = new StdioServerTransport(input, stdout);
  const relay = new Relay({
    client,
    connect: () =>
      new StreamableHTTPClientTransport(new URL(url), {
        fetch: signed(credentials, dispatcher),
        requestInit: { headers },
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
  for (const event of ['end', 'close'] as const) {
    stdin.once(event, () => void answered(relay).then(() => input.end()));
  }
  signal?.addEventListener('abort', () => void client.close(), { once: true });
  try {
    await relay.run();
  } finally {
    await dispatcher.destroy();
  }
}

/** Waits for the answers to what has been asked, for a time that a client waits as well. */
async function answered(relay: Relay): Promise<void> {
  const until = Date.now() + LAST_ANSWERS_MS;
  do await delay(POLL_MS);
  while (relay.isBusy && Date.now() < until);
}

/** A proxy of the environment does not reach this machine. */
const dispatcherFor = ({ hostname }: URL): Dispatcher =>
  /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname) ? new Agent(TIMEOUTS) : new EnvHttpProxyAgent(TIMEOUTS);

/** Adds the sign-in to each request, and renews it once after a 401. */
function signed(credentials: Credentials, dispatcher: Dispatcher): FetchLike {
  return async (url, init) => {
    const send = async () => {
      const headers = new Headers(init?.headers);
      for (const [name, value] of Object.entries(await credentials.headers())) headers.set(name, value);
      // The fetch of the library, because a dispatcher belongs to one version of it.
      const plain = { ...init, headers: Object.fromEntries(headers), dispatcher } as Parameters<typeof undiciFetch>[1];
      return (await undiciFetch(url, plain)) as unknown as Response;
    };
    const response = await send();
    if (response.status !== 401 || !(await credentials.refresh?.())) return response;
    await response.body?.cancel();
    return send();
  };
}
