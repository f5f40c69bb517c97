import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const AUDIENCE = 'bench';
const KEY = { alg: 'RS256', kid: 'bench' };

/** An OpenID Connect issuer on loopback, whose tokens hold for an hour. */
export async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair(KEY.alg);
  const keys = [{ ...(await exportJWK(publicKey)), ...KEY, use: 'sig' }];
  const server = createServer((req, res) => {
    const found = req.url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` };
    res.setHeader('content-type', 'application/json').end(JSON.stringify(found));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  return {
    settings: JSON.stringify([{ issuer, audiences: [AUDIENCE] }]),
    /** A token of one of a hundred callers, who all have the role. */
    token: (number, role) =>
      new SignJWT({ roles: [role, 'others', 'more'], name: `Caller ${number}` })
        .setProtectedHeader({ ...KEY, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(`caller-${number}`)
        .setExpirationTime('1h')
        .sign(privateKey),
    stop: () => server.close().closeAllConnections(),
  };
}
