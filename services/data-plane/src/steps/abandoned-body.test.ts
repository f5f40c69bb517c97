import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { capture } from './capture.js';
import { limit } from './limit.js';

/** undici stops listening to a body once it has given up on the request; the client may hang up after that. */
// `once` would listen to errors as well.
const closed = (body: Readable) => new Promise<void>((resolve) => body.on('close', () => resolve()));

it('does not bring the process down when a captured body fails and nobody listens any more', async () => {
  const source = new PassThrough();
  const { body } = capture(source);
  source.destroy(new Error('aborted'));
  await closed(body);
  expect(body.destroyed).toBe(true);
});

it('does not bring the process down when a counted body fails and nobody listens any more', async () => {
  const req = Object.assign(new PassThrough(), { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
  const body = limit(req as unknown as IncomingMessage, { bodyBytes: 1024 }, ['POST']);
  req.destroy(new Error('aborted'));
  await closed(body as Readable);
  expect(body?.destroyed).toBe(true);
});
