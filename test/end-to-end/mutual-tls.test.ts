import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { startControlPlane } from '../control-plane/support/control-plane.js';
import { authority, type Certificate } from '../data-plane/support/certificate.js';
import { startGateway } from '../data-plane/support/gateway.js';
import { controlPlaneAgent, followControlPlaneTls } from '../data-plane/support/sources.js';
import { folder } from '../support/after-tests.js';
import { afterTest } from '../support/clean-up.js';
import { send } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { waitFor } from '../support/wait.js';

const EXPIRED = '210101000000Z';
const own = authority();
const other = authority('another authority');

let home: string;
beforeAll(async () => {
  home = await folder();
});
const at = (name: string) => join(home, name);

/** A log that keeps its warnings. */
function collecting() {
  const lines: string[] = [];
  const warn = (fields: object, text: string) => void lines.push(`${text} ${JSON.stringify(fields)}`);
  const log = Object.assign(Object.create(silent) as typeof silent, { warn });
  return { log, lines: () => lines };
}

/** A control plane that wants certificates, and a data plane in front of it with these files. */
async function start(client: Certificate | undefined, trusted = own.ca) {
  const { log, lines } = collecting();
  const controlPlane = await startControlPlane({ tls: { ...own.issue(), ca: own.ca }, log });
  await writeFile(at('ca.crt'), trusted);
  if (client) await write(client);
  const config = {
    CONTROL_PLANE_URL: controlPlane.url,
    CONTROL_PLANE_CA_FILE: at('ca.crt'),
    ...(client && { CONTROL_PLANE_CLIENT_CERT_FILE: at('tls.crt'), CONTROL_PLANE_CLIENT_KEY_FILE: at('tls.key') }),
  };
  const agent = controlPlaneAgent(config);
  if (!agent) throw new Error('there is no agent');
  afterTest(followControlPlaneTls(agent, config, { log, everyMs: 10 }));
  const gateway = await startGateway({ controlPlane: controlPlane.url, controlPlaneAgent: agent });
  const list = async () => (await send(`${gateway.url}/adapters`, { method: 'GET' })).status;
  return { controlPlane, list, lines };
}

async function write({ cert, key }: Certificate) {
  await writeFile(at('tls.crt'), cert);
  await writeFile(at('tls.key'), key);
}

const REFUSED = 'a caller without a valid client certificate is refused';

describe('mutual TLS between data plane and control plane', () => {
  it('lets a data plane with a certificate of the authority through', async () => {
    const { list } = await start(own.issue());
    expect(await list()).toBe(200);
  });

  it.each([
    ['no certificate', undefined, /shown none|UNABLE|PEER/i],
    ['a certificate of another authority', other.issue(), /UNABLE_TO_VERIFY|UNABLE_TO_GET|SELF_SIGNED/],
    ['an expired certificate', own.issue(EXPIRED), /CERT_HAS_EXPIRED/],
  ])('refuses a data plane with %s, which answers 503', async (_what, client, reason) => {
    const { list, lines } = await start(client);
    expect(await list()).toBe(503);
    expect(lines().find((line) => line.includes(REFUSED))).toMatch(reason);
  });

  it('lets the data plane refuse a control plane whose certificate is of another authority', async () => {
    const { list, lines } = await start(own.issue(), other.ca);
    expect(await list()).toBe(503);
    expect(lines().join()).not.toContain(REFUSED);
  });

  it('uses a renewed certificate without a restart', async () => {
    const { list } = await start(own.issue(EXPIRED));
    expect(await list()).toBe(503);
    await write(own.issue());
    await waitFor('the renewed certificate', async () => (await list()) === 200);
  });

  it('answers health to the kubelet, which has no certificate, and nothing else', async () => {
    const { controlPlane } = await start(own.issue());
    const statusOf = (path: string) =>
      new Promise((resolve, reject) => {
        const options = { ca: own.ca, agent: false, headers: { 'x-dev-userid': 'alice' } };
        const req = request(controlPlane.url + path, options, (res) => resolve(res.resume().statusCode));
        req.on('error', reject).end();
      });
    expect(await statusOf('/livez')).toBe(200);
    expect(await statusOf('/readyz')).toBe(200);
    for (const path of ['/adapters', '/openapi.json', '/livez/x', '/livez?x']) {
      expect([path, await statusOf(path).catch((error: Error) => error.message)]).toEqual([path, 'socket hang up']);
    }
  });
});

it('refuses certificates for a control plane over plain HTTP', async () => {
  await writeFile(at('ca.crt'), own.ca);
  const config = { CONTROL_PLANE_URL: 'http://127.0.0.1:1', CONTROL_PLANE_CA_FILE: at('ca.crt') };
  expect(() => controlPlaneAgent(config)).toThrow('CONTROL_PLANE_URL must start with https://');
  await writeFile(at('ca.crt'), 'garbage');
  const secure = { ...config, CONTROL_PLANE_URL: 'https://127.0.0.1:1' };
  expect(() => controlPlaneAgent(secure)).toThrow('CONTROL_PLANE_CA_FILE must be certificates of authorities, in PEM');
});
