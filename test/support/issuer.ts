import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { jsonFetcher } from '@mcp-gateway/identity';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** How an issuer on loopback differs from a plain OpenID Connect issuer. */
export interface IssuerShape {
  alg: 'ES256' | 'RS256';
  /** Its `iss`. Default: where it listens. */
  iss?: string;
  /** What its tokens have besides `iss` and `exp`. */
  claims: Record<string, unknown>;
  /** The document at a path, if it is one of its own: `keys`, or what discovery says. */
  document?: (path: string) => 'keys' | object | undefined;
  /** A key as it publishes it. Default: with `alg` and `use`. */
  published?: (jwk: SigningKey['jwk']) => object;
}

const PLAIN: IssuerShape = { alg: 'ES256', claims: { aud: 'gateway', sub: 'alice' } };

/** An issuer on loopback: discovery, keys that rotate, and tokens as a test wants them. */
export async function startIssuer(shape: IssuerShape = PLAIN) {
  const state = { isDown: false, reads: 0, padding: 0, delayMs: 0, discovered: undefined as string | undefined };
  let key = await signingKey('first', shape.alg);
  let published = [key.jwk];
  const server = createServer((req, res) => {
    state.reads += 1;
    setTimeout(() => {
      if (state.isDown) return void res.writeHead(503).end();
      const own = shape.document?.(req.url ?? '');
      if (shape.document && !own) return void res.writeHead(404).end();
      const found =
        own === 'keys' || req.url === '/keys'
          ? { keys: published.map(shape.published ?? ((jwk) => jwk)), padding: 'x'.repeat(state.padding) }
          : { issuer, jwks_uri: `${url}/keys`, ...own, ...(state.discovered && { issuer: state.discovered }) };
      res.setHeader('content-type', 'application/json').end(JSON.stringify(found));
    }, state.delayMs).unref();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = shape.iss ?? url;
  return {
    /** Its `iss`. */
    issuer,
    /** Where it listens. */
    url,
    shape,
    state,
    /** @param claims undefined ones are left out */
    token: (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, signer: SigningKey = key) => {
      const payload = { iss: issuer, exp: Math.floor(Date.now() / 1000) + 600, ...shape.claims, ...claims };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: shape.alg, typ: 'JWT', kid: signer.kid, ...header })
        .sign(signer.privateKey, { crit: { 'urn:example': true } });
    },
    async rotate(kid: string) {
      key = await signingKey(kid, shape.alg);
      published = [key.jwk];
    },
    publicKey: () => key.jwk,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
type SigningKey = Awaited<ReturnType<typeof signingKey>>;

export async function signingKey(kid: string, alg: IssuerShape['alg'] = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Reads from the stand-in what its issuer has at a URL. */
export function fetcherFrom({ url }: Pick<TestIssuer, 'url'>): (from: string) => Promise<unknown> {
  const read = jsonFetcher();
  return (from) => read(from.replace(/^https:\/\/[^/]+/, url));
}
