import { describe, expect, it } from '@jest/globals';
import { mcpGateway } from './support/run.js';

const event = (id: number, type: string, data: object) =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
const echo = { type: 'status', kind: 'adapter', name: 'echo', phase: 'Ready', time: '2026-01-01T00:00:00Z' };

/** A gateway that streams one part for each connection, and the `Last-Event-ID` of each. */
function streaming(parts: string[], interrupt: AbortController) {
  const seen: (string | null)[] = [];
  const fetch = async (input: unknown) => {
    seen.push((input as Request).headers.get('last-event-id'));
    const part = parts[seen.length - 1];
    if (part === undefined) interrupt.abort();
    return new Response(part ?? '', { headers: { 'content-type': 'text/event-stream' } });
  };
  return { fetch, seen };
}

describe('events', () => {
  it('are lines, and go on after the last one when the stream ends', async () => {
    const interrupt = new AbortController();
    const { signal } = interrupt;
    const { fetch, seen } = streaming(
      [event(1, 'start', {}) + event(2, 'status', echo), event(3, 'deleted', { ...echo, phase: undefined })],
      interrupt,
    );
    expect(await mcpGateway(['events'], { fetch, signal })).toEqual({
      exit: 0,
      out: '2026-01-01T00:00:00Z  status   adapter/echo  Ready\n2026-01-01T00:00:00Z  deleted  adapter/echo\n',
      err: 'Following changes …\n',
    });
    expect(seen).toEqual([null, '2', '3']);
  });

  it('are JSON for programs', async () => {
    const interrupt = new AbortController();
    const { fetch } = streaming([event(2, 'status', echo)], interrupt);
    const { out } = await mcpGateway(['events', '-o', 'json'], { fetch, signal: interrupt.signal });
    expect(JSON.parse(out)).toEqual(echo);
  });
});
