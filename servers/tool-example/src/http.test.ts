import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHttpServer } from './http.js';

const server = createHttpServer();
let url: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
async function send(path: string, body?: unknown, method = 'POST') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url + path, { method, ...(body !== undefined && { body: text }) });
  return { status: response.status, text: await response.text() };
}

it('answers with the weather, in both units', async () => {
  const { status, text } = await send('/score', { location: 'Zurich', unit: 'celsius' });
  expect(status).toBe(200);
  const weather = JSON.parse(text) as { temperature: number };
  expect(weather).toEqual({
    location: 'Zurich',
    unit: 'celsius',
    temperature: expect.any(Number) as unknown,
    conditions: expect.stringMatching(/^(sunny|cloudy|rainy|windy|snowy)$/) as unknown,
  });
  expect(JSON.parse((await send('/score', { location: 'Zurich' })).text)).toEqual(weather);
  const { text: other } = await send('/score', { location: 'zurich', unit: 'fahrenheit' });
  expect(JSON.parse(other)).toEqual({
    ...weather,
    location: 'zurich',
    unit: 'fahrenheit',
    temperature: Math.round((weather.temperature * 9) / 5 + 32),
  });
});

it.each<[what: string, body: unknown, status: number, says: RegExp]>([
  ['without a location', {}, 400, /location must be/],
  ['with an empty location', { location: ' ' }, 400, /location must be/],
  ['with another unit', { location: 'Zurich', unit: 'kelvin' }, 400, /unit must be one of celsius, fahrenheit/],
  ['that are null', null, 400, /location must be/],
  ['that are not JSON', '{', 400, /must be JSON/],
  ['that are too large', { location: 'x'.repeat(65_536) }, 413, /at most 65536 bytes/],
])('says what is wrong with arguments %s', async (_what, body, status, says) => {
  const answer = await send('/score', body);
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(says);
});

it('says that it runs, and where it is', async () => {
  expect(await send('/healthz', undefined, 'GET')).toEqual({ status: 200, text: 'ok' });
  expect((await send('/score', undefined, 'GET')).status).toBe(405);
  expect((await send('/', {})).status).toBe(404);
});
