import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { caller } from '../control-plane/support/callers.js';
import { specOf, startControlPlane } from '../control-plane/support/control-plane.js';
import { startGateway } from '../data-plane/support/gateway.js';
import { afterTest } from '../support/clean-up.js';
import { eventStream } from '../support/events.js';

const headers = { 'x-dev-userid': 'alice' };

it('events pass a data plane as they come: under a prefix, over HTTP/1.1 and HTTP/2, until the client leaves', async () => {
  const plane = await startControlPlane();
  const gateway = await startGateway({
    controlPlane: plane.url,
    publicUrl: 'http://127.0.0.1/gw',
    wire: { http2Cleartext: true },
  });
  const alice = caller(plane.url, 'alice');

  const stream = await eventStream(`${gateway.url}/gw/events`, headers);
  expect(stream.answer.headers.get('content-type')).toMatch('text/event-stream');
  expect(stream.answer.headers.get('content-encoding')).toBeNull();
  expect(await stream.words(1)).toEqual(['start']);

  const client = connect(gateway.url);
  afterTest(() => client.destroy());
  const request = client.request({ ':path': '/events', ...headers });
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  while (!text.includes('event: start')) await once(request, 'data');

  await alice.post(specOf('echo'));
  expect(await stream.words(1)).toEqual(['created adapter/echo']);
  while (!text.includes('"name":"echo"')) await once(request, 'data');
  request.close();

  // Each stream that its client leaves makes room for another.
  const begins: string[] = [];
  while (begins.length < 25) {
    const more = await eventStream(`${gateway.url}/events?since=1`, headers);
    if (more.answer.status !== 429) begins.push(...(await more.words(1)));
    more.close();
  }
  expect(new Set(begins)).toEqual(new Set(['reset']));
});
