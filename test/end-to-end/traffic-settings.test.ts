import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:http2';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { trafficFields } from '@mcp-gateway/common/config';
import { selfSigned } from '../data-plane/support/certificate.js';
import { folder } from '../support/after-tests.js';
import { initialize } from '../support/clients.js';
import { refusedStart, startGateway } from '../support/gateway.js';
import { send } from '../support/http.js';
import { launch, repository } from '../support/launch.js';
import { waitFor } from '../support/wait.js';

const DEV = { 'x-dev-userid': 'dev' };

describe('settings of the data plane hold for npm start', () => {
  it('bounds, timeouts and HTTP/2', async () => {
    const { url, api } = await startGateway({
      env: {
        MCP_GATEWAY_HTTP2_CLEARTEXT: 'on',
        MCP_GATEWAY_MAX_BODY_BYTES: '2048',
        MCP_GATEWAY_SESSIONS_PER_CALLER: '1',
      },
    });
    const mcp = api.mcp('mcp-example');
    expect((await send(mcp, { headers: DEV, body: 'x'.repeat(2_049) })).status).toBe(413);
    const statuses = [];
    for (let i = 0; i < 2; i++) statuses.push((await initialize(mcp)).status);
    expect(statuses).toEqual([200, 429]);
    const client = connect(url);
    const stream = client.request({ ':path': '/livez' });
    expect((await once(stream, 'response'))[0]).toMatchObject({ ':status': 200 });
    client.destroy();
  }, 60_000);

  it('TLS, with the URL to say so', async () => {
    const home = await folder();
    const files = {
      MCP_GATEWAY_TLS_CERT_FILE: join(home, 'cert.pem'),
      MCP_GATEWAY_TLS_KEY_FILE: join(home, 'key.pem'),
    };
    const { cert, key } = selfSigned();
    await writeFile(files.MCP_GATEWAY_TLS_CERT_FILE, cert);
    await writeFile(files.MCP_GATEWAY_TLS_KEY_FILE, key);
    const { output } = launch(home, files);
    const url = await waitFor('its URL', () => /Manage servers at (https:\S+)\/adapters/.exec(output())?.[1], 60_000);
    const client = connect(url, { ca: cert });
    const stream = client.request({ ':path': '/livez' });
    expect((await once(stream, 'response'))[0]).toMatchObject({ ':status': 200 });
    client.destroy();
  }, 60_000);

  it('and are refused when they are wrong', async () => {
    const { code, said } = await refusedStart({ MCP_GATEWAY_SESSION_IDLE_SECONDS: 'soon' });
    expect([code, said]).toEqual([1, expect.stringContaining('MCP_GATEWAY_SESSION_IDLE_SECONDS must be a number of')]);
  });

  it('and all stand in its documentation', () => {
    const [first = ''] = readFileSync(repository('docs/configuration.md'), 'utf8').split('## Each service');
    expect(Object.keys(trafficFields).filter((name) => !first.includes(name))).toEqual([]);
  });
});
