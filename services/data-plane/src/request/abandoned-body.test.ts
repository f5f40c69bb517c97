import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { BodyStream } from './body.js';
import { capture } from './buffer-body.js';

/** undici stops listening to a body once it has given up on the request; the client may hang up after that. */
// `once` would listen to errors as well.
const closed = (body: Readable) => new Promise<void>((resolve) => body.on('close', () => resolve()));

it('a captured body that fails without listeners does not end the process', async () => {
  const source = new PassThrough();
  const { body } = capture(source);
  source.destroy(new Error('aborted'));
  await closed(body);
  expect(body.destroyed).toBe(true);
});

it('a counted body that fails without listeners does not end the process', async () => {
  const req = new PassThrough();
  const source = { req: req as unknown as IncomingMessage, maxBytes: 1024, length: undefined };
  const body = new BodyStream(source);
  req.destroy(new Error('aborted'));
  await closed(body);
  expect(body.destroyed).toBe(true);
  await closed(new BodyStream(source)); // begun too late
});
