import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  connection: 'close',
};

/** Waits for the browser to come back, at a port of loopback that is this login's alone (RFC 8252 §7.3). */
export interface CallbackServer {
  redirectUri: string;
  /** The URL with the answer of the issuer. Rejects when the signal aborts. */
  answer(state: string, signal: AbortSignal): Promise<URL>;
  close(): Promise<void>;
}

/**
 * Listens on IPv4 and IPv6 loopback, because browsers take either for `localhost`.
 * @param wanted a redirect URI that is registered at the issuer, with its port; without one, any free port
 * @throws Error when its port is taken, or this machine has neither loopback
 */
export async function startCallbackServer(wanted?: URL): Promise<CallbackServer> {
  const path = wanted?.pathname ?? '/callback';
  let take: ((url: URL) => void) | undefined;
  let expected = '';
  const handler = (req: IncomingMessage, res: ServerResponse) => {
    // Any page can ask for a path that is none, such as `//`.
    const asked = req.url ?? '/';
    const url = URL.canParse(asked, redirectUri) ? new URL(asked, redirectUri) : undefined;
    if (req.method !== 'GET' || url?.pathname !== path) return page(res, 404, 'This page belongs to a sign-in.');
    // Another login, or a page that guesses, does not end this one.
    if (expected === '' || url.searchParams.get('state') !== expected)
      return page(res, 400, 'This is not the sign-in that waits here.');
    page(
      res,
      200,
      url.searchParams.has('error')
        ? 'The sign-in failed. Your terminal says why.'
        : 'You are signed in. Close this page.',
    );
    take?.(url);
  };
  const servers = await listen(handler, Number(wanted?.port ?? 0));
  const [first] = servers;
  if (!first) throw new Error('this machine has no loopback address to wait on; use --device');
  const { port, family } = first.address() as AddressInfo;
  const host = wanted?.hostname ?? (family === 'IPv6' ? '[::1]' : '127.0.0.1');
  const redirectUri = `http://${host}:${port}${path}`;
  return {
    redirectUri,
    answer: (state, signal) =>
      new Promise((resolve, reject) => {
        expected = state;
        take = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
    async close() {
      await Promise.all(servers.map((server) => closed(server)));
    },
  };
}

async function listen(handler: (req: IncomingMessage, res: ServerResponse) => void, wanted: number): Promise<Server[]> {
  const servers: Server[] = [];
  let port = wanted;
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer({ requestTimeout: 10_000 }, handler);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(port, host, resolve);
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && wanted !== 0)
        throw new Error(`port ${wanted} is taken, and the redirect URI needs it`, { cause: error });
      // Without IPv6, or with another program on that port of the other family, one is enough.
      continue;
    }
    servers.push(server);
    port = (server.address() as AddressInfo).port;
  }
  return servers;
}

const page = (res: ServerResponse, status: number, text: string): void =>
  void res.writeHead(status, PAGE_HEADERS).end(`<!doctype html><title>MCP Gateway</title><p>${text}</p>\n`);

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
