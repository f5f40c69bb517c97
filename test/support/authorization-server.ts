import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { afterTest } from './clean-up.js';
import { bodyOf } from './http.js';

interface TokenRequest {
  authorization: string | undefined;
  params: Record<string, string>;
}

/**
 * The token endpoint of an authorization server that exchanges tokens of callers. Its tokens name the caller of the token
 * that it got. It records what it is sent.
 */
export async function startTokenServer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const requests: TokenRequest[] = [];
  const state = { refusal: undefined as object | undefined, isDown: false, expiresIn: 3600 as number | undefined };
  let tokens = 0;
  const server = createServer(
    (req, res) =>
      void (async () => {
        const params = Object.fromEntries(new URLSearchParams((await bodyOf(req)).toString()));
        requests.push({ authorization: req.headers.authorization, params });
        if (state.isDown) return res.destroy();
        res.setHeader('content-type', 'application/json');
        if (state.refusal) return res.writeHead(400).end(JSON.stringify(state.refusal));
        const given = params['subject_token'] ?? params['assertion'];
        const sub = given === undefined ? params['client_id'] : decodeJwt(given).sub;
        const access_token = await new SignJWT({ ...(sub !== undefined && { sub }), count: ++tokens })
          .setProtectedHeader({ alg: 'ES256' })
          .setAudience('backend')
          .sign(privateKey);
        const more = { id_token: 'not a token', refresh_token: 'never used' };
        return res.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: state.expiresIn, ...more }));
      })(),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterTest(() => server.close().closeAllConnections());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    requests,
    state,
    /** The subject of a token that it has issued for the server; undefined for any other. */
    async subjectOf({ headers }: Pick<IncomingMessage, 'headers'>): Promise<string | undefined> {
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
      const verified = await jwtVerify(token, publicKey, { audience: 'backend' }).catch(() => undefined);
      return verified?.payload.sub;
    },
  };
}

/** An OpenID provider that others wrote, with a client that gets tokens for itself. */
export async function startClientProvider(client: { clientId: string; clientSecret: string }) {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let issued = 0;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'provider' }] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, audience: string) => ({
          scope: 'backend.use',
          audience,
          accessTokenFormat: 'jwt' as const,
          jwt: { sign: { alg: 'ES256' as const } },
        }),
      },
    },
  });
  provider.on('client_credentials.issued', () => (issued += 1));
  const answer = provider.callback();
  server.on('request', (req, res) => void answer(req, res));
  afterTest(() => server.close().closeAllConnections());
  return { issuer, tokenEndpoint: `${issuer}/token`, keys: new URL(`${issuer}/jwks`), issued: () => issued };
}
