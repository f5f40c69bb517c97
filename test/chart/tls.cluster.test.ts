import { request } from 'node:https';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { selfSigned } from '../data-plane/support/certificate.js';
import { LOAD_MS, loadImages, release, TRIAL } from './support/release.js';

const ANSWER_MS = 10_000;

const namespace = freshNamespace();
const gateway = release('gw', namespace.name);
const { cert, key } = selfSigned();
let address: string;

beforeAll(async () => {
  await loadImages();
  await namespace.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'certificate' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': cert.toString('base64'), 'tls.key': key.toString('base64') },
  });
  await gateway.install(
    ...TRIAL,
    '--set=trial.postgresql.persistence.enabled=false',
    '--set=dataPlane.tls.existingSecret=certificate',
    '--set=allowedHosts={mcp.example.com}',
    '--set=dataPlane.replicas=1,controlPlane.replicas=1,worker.replicas=1',
  );
  const output = '--output=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}';
  address = await namespace.kubectl('get', 'service', 'gw-mcp-gateway', output);
}, LOAD_MS);

/** The certificate is for localhost. */
async function statusOf(path: string, host: string): Promise<number | undefined> {
  const headers = { host, ...(await gateway.headers('reader')) };
  return new Promise((resolve, reject) => {
    const options = { headers, ca: cert, servername: 'localhost', timeout: ANSWER_MS };
    request(`https://${address}${path}`, options, (answer) => resolve(answer.resume().statusCode))
      .on('timeout', () => reject(new Error('no answer')))
      .on('error', reject)
      .end();
  });
}

describe('a gateway with a certificate and a name', () => {
  it('passes its own Helm test, over TLS and by the name of its Service', async () => {
    const output = await gateway.test();
    expect(output).toContain('ok: the control plane answers through it (/openapi.json: 200)');
    expect(output).not.toContain('FAILED');
  });

  it('answers requests for its host name, and refuses other host names that point to it', async () => {
    expect(await statusOf('/adapters', 'mcp.example.com')).toBe(200);
    expect(await statusOf('/adapters', 'rebound.example')).toBe(403);
    expect(await statusOf('/adapters/echo/mcp', 'rebound.example')).toBe(403);
  });

  it('accepts TLS only', async () => {
    await expect(fetch(`http://${address}/livez`, { signal: AbortSignal.timeout(ANSWER_MS) })).rejects.toThrow(
      'fetch failed',
    );
  });
});
