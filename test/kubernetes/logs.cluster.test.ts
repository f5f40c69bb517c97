import { beforeAll, describe, expect, it } from '@jest/globals';
import { scriptArchive } from '../cluster/images/script.mjs';
import { loadImage } from '../cluster/support/images.js';
import { freshNamespace } from '../cluster/support/namespace.js';
import { example } from '../support/api.js';
import { open } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 60_000;
/** Logs the number of its start, from a file that outlives the process, and ends on request. */
const CHATTY = `import { createServer } from 'node:http';
import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync('/tmp/starts', 'x');
console.log('start ' + readFileSync('/tmp/starts', 'utf8').length);
createServer((req, res) => {
  if (req.url === '/healthz') return res.end('ok');
  console.log('requested ' + req.url);
  res.end(() => req.url === '/exit' && process.exit(3));
}).listen(Number(process.env.PORT), '0.0.0.0');`;

const namespace = freshNamespace();
let gateway: ClusterGateway;
let url: string;
beforeAll(async () => {
  await loadImage(await scriptArchive('localhost/chatty:1', CHATTY));
  gateway = await startClusterGateway(namespace.name);
  await gateway.api.create({ name: 'chatty', imageName: 'chatty', imageVersion: '1' });
  url = await waitFor('its route', () => gateway.routed('chatty')[0], STEP_MS);
});

const logs = async (query = '') => (await gateway.api.request('GET', `/chatty/logs${query}`)).text();

describe('the logs of a pod', () => {
  it('are its last lines, as many as the caller requests', async () => {
    for (const path of ['/one', '/two', '/three']) await fetch(`${url}${path}`);
    await waitFor('the last line', async () => (await logs()).includes('/three'));
    expect(await logs()).toBe('start 1\nrequested /one\nrequested /two\nrequested /three\n');
    expect(await logs('?tail=2')).toBe('requested /two\nrequested /three\n');
    expect(await logs('?tail=0')).toBe('');
    expect(await logs('?since=2h&tail=1')).toBe('requested /three\n');
  });

  it('can be followed', async () => {
    const stream = await open(`${gateway.url}/adapters/chatty/logs?follow&tail=0`, {
      method: 'GET',
      headers: { 'x-dev-userid': 'dev' },
    });
    let read = '';
    stream.setEncoding('utf8').on('data', (text: string) => (read += text));
    // The node starts to follow some time after the API server has started to answer.
    await waitFor('a line', async () => {
      await fetch(`${url}/followed`);
      return read.startsWith('requested /followed\n');
    });
    stream.destroy();
  });

  it('are those of the previous process when the caller requests them', async () => {
    expect(await logs('?previous')).toContain('Replica 0 of chatty has had no process before this one');
    await fetch(`${url}/exit`);
    await waitFor('the next process', async () => (await logs()).startsWith('start 2'), STEP_MS);
    expect(await logs('?previous&tail=1')).toBe('requested /exit\n');
  });

  it('are a sentence while there is no pod, and 404 for a replica that cannot exist', async () => {
    await gateway.api.create(example('pending', { resources: { requests: { cpu: '900' } } }));
    await waitFor('the pod', () => namespace.kubectl('get', 'pod', 'adapter-pending-0', '--output=name'));
    const answer = await gateway.api.request('GET', '/pending/logs');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('Replica 0 of pending has not written anything yet');
    expect((await gateway.api.request('GET', '/pending/logs?instance=1')).status).toBe(404);
  });

  it('exclude those of a pod that the gateway did not create', async () => {
    const labels = '--labels=app=theirs';
    const override = JSON.stringify({
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'server',
            image: 'localhost/chatty:1',
            env: [{ name: 'PORT', value: '8000' }],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    });
    const run = ['run', 'adapter-theirs-0', '--image=localhost/chatty:1', labels, `--overrides=${override}`];
    await namespace.kubectl(...run);
    await namespace.kubectl('wait', 'pod/adapter-theirs-0', '--for=condition=Ready', '--timeout=30s');
    await gateway.api.create(example('theirs', { replicaCount: 0 }));
    expect((await gateway.api.request('GET', '/theirs/logs')).status).toBe(404);
  });
});
