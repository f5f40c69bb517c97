import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll } from '@jest/globals';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createHttpServer } from '../src/http.js';
import { createExampleServer } from '../src/server.js';
import { legacySessions, type LegacySessionsOptions } from '../src/sessions.js';
import type { Wait } from '../src/tools/slow.js';

type Options = Partial<Omit<LegacySessionsOptions, 'createServer'>> & { replica?: string; wait?: Wait };

const running = new Set<() => Promise<void>>();
afterAll(async () => {
  for (const stop of running) await stop();
});

/** Starts the server as main.ts assembles it, on a free port, until the test stops it or the tests end. */
export async function startExample(options: Options = {}) {
  const settings = { replica: options.replica, wait: options.wait ?? wait };
  const sessions = legacySessions({
    createServer: () => createExampleServer({ era: 'legacy', ...settings }),
    ...options,
  });
  const modern = createMcpHandler(() => createExampleServer({ era: 'modern', ...settings }), { legacy: 'reject' });
  const server = createHttpServer({ sessions, modern });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  async function stop() {
    if (!running.delete(stop)) return;
    await Promise.all([sessions.closeAll(), modern.close()]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  running.add(stop);
  return { origin, url: `${origin}/mcp`, sessions, stop };
}
export type Example = Awaited<ReturnType<typeof startExample>>;
