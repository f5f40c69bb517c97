import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@mcp-gateway/platform/logging';
import { closeServer } from '@mcp-gateway/platform/serving';
import type Provider from 'oidc-provider';
import { Agent, fetch } from 'undici';
import { developmentProvider, SCOPE, SIGN_IN_PATH } from './provider.js';
import { answerSignIn, showSignIn } from './sign-in.js';
import { readState, writeState } from './state.js';
import { openStore } from './store.js';

const TOKEN_MS = 10_000;
/** Connects directly, without a proxy from the environment. */
const dispatcher = new Agent();

export interface DevelopmentIssuerOptions {
  /** Keeps keys, port, clients and refresh tokens; only the user can read what is in it. */
  folder: string;
  /** Where clients reach the gateway, without a slash at the end. */
  gatewayUrls: readonly string[];
  log: Logger;
  /** The port to use, which must be free. Default: the one of the last run while it is free, or any free one. */
  port?: number;
  /** The address to listen on. The URL of the issuer is on loopback in any case. */
  host?: string;
}

export interface DevelopmentIssuer {
  /** Its URL, on loopback, and the `iss` of its tokens. */
  issuer: string;
  /** The setting OIDC_ISSUERS with which a gateway takes its tokens. */
  setting: string;
  /** With a user's id as the client id, this gets a token of the user by client credentials. */
  secret: string;
  /** An access token of a user for the whole gateway, valid for an hour. */
  token(user: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts an OpenID provider for development: anyone who reaches it can be any of its users, without a password.
 * @throws ConfigError when its folder cannot be used; Error when its port is taken
 */
export async function startDevelopmentIssuer(options: DevelopmentIssuerOptions): Promise<DevelopmentIssuer> {
  const { folder, gatewayUrls, log, host = '127.0.0.1' } = options;
  const state = await readState(folder);
  const store = await openStore(folder, (error) =>
    log.warn(
      { err: error, folder },
      'the development issuer cannot keep its clients; they register again after a restart',
    ),
  );
  const server = createServer();
  const port = await listenAgain(server, host, options.port, state.port);
  if (port !== state.port) await writeState(folder, { ...state, port });
  const issuer = `http://127.0.0.1:${port}`;
  const provider = developmentProvider(issuer, state, gatewayUrls, store.adapter);
  provider.on('server_error', (_context, error) => log.error({ err: error }, 'the development issuer failed'));
  server.on('request', answers(provider, new URL(issuer).host, `${gatewayUrls[0]}/`));
  return {
    issuer,
    setting: JSON.stringify([{ issuer, audiences: gatewayUrls.map((url) => `${url}/*`), scopes: [SCOPE] }]),
    secret: state.secret,
    token: (user) => requestToken(issuer, user, state.secret),
    async stop() {
      await closeServer(server, 0);
      await store.flush();
    },
  };
}

/** Listens on the port of the last run, which clients remember, or on a free one when another program took it. */
async function listenAgain(server: Server, host: string, wanted?: number, last?: number): Promise<number> {
  const on = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  if (wanted !== undefined || last === undefined) return on(wanted ?? 0);
  return on(last).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return on(0);
  });
}

/**
 * @param host of the issuer; a page of another name that resolves to this machine must not use it (DNS rebinding)
 * @param gateway the URL that tokens are for when a client names none
 */
function answers(provider: Provider, host: string, gateway: string): RequestListener {
  const answer = provider.callback();
  return (req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://issuer');
    if (req.headers.host !== host) {
      res.writeHead(421, { 'content-type': 'text/plain' }).end(`This issuer is http://${host}, and only that.\n`);
    } else if (pathname === '/reg' && allowOrigins(req, res)) res.end();
    else if (pathname.startsWith(`${SIGN_IN_PATH}/`)) {
      const handle = req.method === 'POST' ? answerSignIn : showSignIn;
      handle(provider, req, res, gateway).catch(() => res.destroy());
    } else {
      // Each sign-in asks for the user, so that one can change: no session of an earlier one counts.
      if (pathname === '/auth') delete req.headers.cookie;
      void answer(req, res);
    }
  };
}

/** Clients in browsers register, too, and the provider allows them everything else. @returns whether that was all that was asked */
function allowOrigins(req: IncomingMessage, res: ServerResponse): boolean {
  res.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
  return req.method === 'OPTIONS';
}

async function requestToken(issuer: string, user: string, secret: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(TOKEN_MS),
    dispatcher,
  });
  const { access_token: token, error } = (await response.json()) as { access_token?: string; error?: string };
  if (!token) throw new Error(`the development issuer gave no token: ${error}`);
  return token;
}
