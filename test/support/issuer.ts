import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An issuer on loopback: discovery, keys that rotate, and tokens as a test wants them. */
export async function startIssuer() {
  const state = { isDown: false, reads: 0, padding: 0, delayMs: 0, discovered: undefined as string | undefined };
  let key = await signingKey('first');
  let published = [key.jwk];
  const server = createServer((req, res) => {
    state.reads += 1;
    setTimeout(() => {
      if (state.isDown) return void res.writeHead(503).end();
      const found =
        req.url === '/keys'
          ? { keys: published, padding: 'x'.repeat(state.padding) }
          : { issuer: state.discovered ?? issuer, jwks_uri: `${issuer}/keys` };
      res.setHeader('content-type', 'application/json').end(JSON.stringify(found));
    }, state.delayMs).unref();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    state,
    /** @param claims undefined ones are left out */
    token: (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, signer: SigningKey = key) => {
      const payload = {
        iss: issuer,
        aud: 'gateway',
        sub: 'alice',
        exp: Math.floor(Date.now() / 1000) + 600,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', kid: signer.kid, ...header })
        .sign(signer.privateKey);
    },
    async rotate(kid: string) {
      key = await signingKey(kid);
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

export async function signingKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}
