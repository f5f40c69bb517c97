import { describe, expect, it } from '@jest/globals';
import { runModule } from './support/child.js';

const IMPORTS = `
  import { mock } from 'node:test';
  import { createLogger } from '@mcp-gateway/platform/logging';
  import { runMain, shutdownOn } from '@mcp-gateway/platform/serving';
  import { ConfigError } from '@mcp-gateway/platform/config';
  const log = createLogger('child', 'info');
  setInterval(() => {}, 1_000); // keeps the process alive
`;

const ORDERLY = `${IMPORTS}
  const { defer } = shutdownOn(log);
  defer(() => console.log('closes the database'));
  defer(async () => { await new Promise((go) => setTimeout(go, 10)); console.log('closes the queue'); });
  defer(() => console.log('closes the server'));
  console.log('runs');
`;
const IN_ORDER = 'runs\ncloses the server\ncloses the queue\ncloses the database\n';

describe('a process that gets a signal to end', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s runs its steps in reverse order', async (signal) => {
    const child = runModule(ORDERLY);
    await child.writes('runs');
    child.process.kill(signal);
    expect(await child.ended).toBe(0);
    expect(child.output()).toBe(IN_ORDER);
  });

  it('runs each step once when it gets several signals', async () => {
    const child = runModule(ORDERLY);
    await child.writes('runs');
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) child.process.kill(signal);
    child.process.disconnect();
    expect(await child.ended).toBe(0);
    expect(child.output()).toBe(IN_ORDER);
  });

  it('runs the other steps when one fails, and logs the error', async () => {
    const child = runModule(`${IMPORTS}
      const { defer, shutdown } = shutdownOn(log);
      defer(() => console.log('first'));
      defer(() => Promise.reject(new Error('socket is gone')));
      defer(() => { throw new Error('not even started'); });
      await shutdown();
    `);
    expect(await child.ended).toBe(0);
    expect(child.output()).toContain('first\n');
    expect(child.output()).toMatch(/"warn".*not even started[^]*"warn".*socket is gone/);
  });

  it('has written all its log lines, in order', async () => {
    const child = runModule(`${IMPORTS}
      const { defer, shutdown } = shutdownOn(log);
      defer(() => { for (let line = 0; line < 500; line += 1) log.info({ line, text: 'x'.repeat(1_000) }); });
      await shutdown();
    `);
    expect(await child.ended).toBe(0);
    const lines = child.output().trimEnd().split('\n');
    const numbers = lines.map((line) => (JSON.parse(line) as { line: number }).line);
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, line) => line));
  });

  it('exits with the code that was set before', async () => {
    const child = runModule(`${IMPORTS}
      const { shutdown } = shutdownOn(log);
      process.exitCode = 3;
      await shutdown();
    `);
    expect(await child.ended).toBe(3);
  });

  it('exits with an error after ten seconds when a step hangs', async () => {
    const child = runModule(`${IMPORTS}
      mock.timers.enable({ apis: ['setTimeout'] });
      const { defer, shutdown } = shutdownOn(log);
      defer(() => console.log('never reached'));
      defer(() => { console.log('hangs'); return new Promise(() => {}); });
      void shutdown();
      process.on('message', (ms) => { mock.timers.tick(ms); process.send('waited'); });
    `);
    await child.writes('hangs');
    child.process.send(9_999);
    child.process.once('message', () => child.process.send(1));
    expect(await child.ended).toBe(1);
    expect(child.messages).toEqual(['waited']);
    expect(child.output()).toContain('shutdown took too long');
    expect(child.output()).not.toContain('never reached');
  });
});

describe('a process that was started with a channel', () => {
  it('shuts down gracefully when the channel closes', async () => {
    const child = runModule(ORDERLY);
    await child.writes('runs');
    child.process.disconnect();
    expect(await child.ended).toBe(0);
    expect(child.output()).toBe(IN_ORDER);
  });

  it('shuts down when the process that holds the channel is killed', async () => {
    const parent = runModule(`
      import { spawn } from 'node:child_process';
      const args = ['--input-type=module', '--eval', ${JSON.stringify(ORDERLY)}];
      spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    `);
    await parent.writes('runs');
    parent.process.kill('SIGKILL');
    await parent.ended; // both processes have closed the pipe
    expect(parent.output()).toBe(IN_ORDER);
  });

  it('shuts down when the channel closed before the process listened', async () => {
    const child = runModule(`${IMPORTS}
      while (process.connected) await new Promise((go) => setTimeout(go, 5));
      shutdownOn(log);
    `);
    child.process.disconnect();
    expect(await child.ended).toBe(0);
  });

  it('continues without one', async () => {
    const child = runModule(`${ORDERLY} setTimeout(() => console.log('still runs'), 20);`, { ipc: false });
    await child.writes('still runs');
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
  });
});

describe('a main function', () => {
  it('sends its parent a message when it is ready', async () => {
    const child = runModule(`${IMPORTS} runMain(async () => { setTimeout(() => process.exit(0), 50); });`);
    expect(await child.ended).toBe(0);
    expect(child.messages).toEqual([{ ready: true }]);
  });

  it('exits with a sentence when the configuration is invalid', async () => {
    const child = runModule(
      `${IMPORTS} runMain(async () => { throw new ConfigError('PORT must be a port number'); });`,
    );
    expect(await child.ended).toBe(1);
    expect(child.output()).toBe('PORT must be a port number\n');
    expect(child.messages).toEqual([]);
  });

  it('exits with the stack of any other error', async () => {
    const child = runModule(`${IMPORTS} runMain(async () => { throw new TypeError('a mistake'); });`);
    expect(await child.ended).toBe(1);
    expect(child.output()).toMatch(/TypeError: a mistake\n\s+at /);
  });
});
