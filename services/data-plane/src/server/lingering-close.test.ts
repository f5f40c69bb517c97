import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { lingerAfterResponse } from './lingering-close.js';

const MIB = 1024 * 1024;

it('reads the rest of an answered request up to a limit', async () => {
  let sent = 0;
  const req = new Readable({
    read() {
      sent += MIB;
      this.push(sent <= 64 * MIB ? Buffer.alloc(MIB) : null);
    },
  });
  const res = new EventEmitter();
  lingerAfterResponse(Object.assign(req, { complete: false }) as unknown as IncomingMessage, res as ServerResponse);
  res.emit('finish');
  await Promise.race([once(req, 'pause'), once(req, 'end')]);
  expect(sent).toBeGreaterThan(16 * MIB);
  expect(sent).toBeLessThan(20 * MIB);
  req.destroy();
});
