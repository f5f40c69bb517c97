import { describe, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { ClientResponse } from '../forwarding/response/client-response.js';
import { StreamSession, type StreamSessionParts } from './stream-session.js';

const ENVELOPE = { id: 's', resourceId: 'a', endpointId: 'e', caller: 'alice' } as SessionEnvelope;
const OPENED = { envelope: ENVELOPE, route: { name: 'echo' } as Route, principal: { tenant: 'default' } };

/** The test decides when the record is written. */
function opening() {
  const held = new Set<string>();
  let written = () => {};
  const hold = (what: string) => {
    held.add(what);
    return () => void held.delete(what);
  };
  const parts = {
    sessions: {
      open: () => new Promise<void>((resolve) => (written = resolve)).then(() => void hold('record')),
      end: async () => void held.delete('record'),
      use: () => hold('use'),
    },
    streams: { add: () => hold('stream') },
  } as unknown as StreamSessionParts;
  const session = new StreamSession(parts, OPENED, {} as ClientResponse);
  return { held, session, begun: session.begin(), written: () => written() };
}

describe('the session of a stream', () => {
  it('is in use until the stream ends', async () => {
    const { held, session, begun, written } = opening();
    written();
    await begun;
    expect(held).toEqual(new Set(['record', 'use', 'stream']));
    session.end();
    expect(held).toEqual(new Set());
  });

  it('is not in use when the client left while the session was being recorded', async () => {
    const { held, session, begun, written } = opening();
    session.end();
    written();
    await begun;
    expect(held).toEqual(new Set());
  });
});
