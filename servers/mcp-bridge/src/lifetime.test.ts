import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startBridge, startHostile, until } from '../test/bridge.js';
import { end, openSession, openStream, post, request, send } from '../test/wire.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const HOSTILE = fileURLToPath(new URL('../test/hostile-server.mjs', import.meta.url));
const TINY = fileURLToPath(new URL('../test/tiny-server.sh', import.meta.url));

const bridges: ChildProcess[] = [];
afterEach(() => {
  bridges.splice(0).forEach((bridge) => bridge.kill('SIGKILL'));
});

/** The bridge as a process of its own. What it and its children start has `label` in the environment. */
async function startProcess(label: string, args: string[], env: Record<string, string> = {}) {
  const bridge = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', TEST_LABEL: label, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  bridges.push(bridge);
  let log = '';
  bridge.stderr.on('data', (chunk) => (log += String(chunk)));
  const urlIn = () => /listens on (http:\S+)/.exec(log)?.[1];
  await until(() => urlIn() !== undefined || bridge.exitCode !== null);
  return { bridge, url: urlIn() ?? '', log: () => log };
}

/** The processes with this label. */
const labelled = (label: string): number[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TEST_LABEL=${label}\0`)
        ? [Number(pid)]
        : [];
    } catch {
      return [];
    }
  });

describe('a bridge that ends', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s ends its children, whatever is open', async (signal) => {
    const { bridge, url } = await startProcess(`ends-${signal}`, [process.execPath, HOSTILE, 'helper', 'stray']);
    const session = await openSession(url);
    const stream = await openStream(url, session);
    const call = await send(url, request(2, 'log', { texts: ['a'] }), session);
    bridge.kill(signal);
    const [code] = (await once(bridge, 'exit')) as [number];
    expect(code).toBe(0);
    await Promise.all([stream.text().catch(() => ''), call.text().catch(() => '')]);
    await until(() => labelled(`ends-${signal}`).length === 0);
  });

  it('by SIGKILL ends children that ignore the end of their input and SIGTERM', async () => {
    const { bridge, url } = await startProcess('killed', [process.execPath, HOSTILE, 'stubborn', 'helper']);
    await openSession(url);
    expect(labelled('killed').length).toBeGreaterThanOrEqual(3);
    bridge.kill('SIGKILL');
    await until(() => labelled('killed').length === 0);
  });
});

it('explains a wrong setting and ends', async () => {
  const { bridge, log } = await startProcess('wrong', []);
  if (bridge.exitCode === null) await once(bridge, 'exit');
  expect(bridge.exitCode).toBe(1);
  expect(log()).toMatch(/^MCP_COMMAND is not set\. Set it, and MCP_ARGS, to run a stdio server, or set MCP_PROXY_URL/);
});

it('leaves no process of a session behind, in whichever group', async () => {
  const { url } = await startProcess('stray', [process.execPath, HOSTILE, 'stray', 'helper']);
  const sessions = await Promise.all([openSession(url), openSession(url)]);
  expect(labelled('stray').length).toBeGreaterThanOrEqual(6);
  for (const session of sessions) await end(url, session);
  await until(() => labelled('stray').length === 2); // the bridge and its watchdog
});

it('opens and closes a thousand sessions and leaves no process', async () => {
  const { url } = await startProcess('thousand', ['/bin/sh', TINY]);
  const cycle = async () => {
    const session = await openSession(url);
    await end(url, session);
  };
  for (let round = 0; round < 100; round += 1) await Promise.all(Array.from({ length: 10 }, cycle));
  await until(() => labelled('thousand').length === 2);
}, 120_000);

it('ends the server of a session that dies, its helpers included', async () => {
  const { url } = await startHostile('helper', { TEST_LABEL: 'dies' });
  const session = await openSession(url);
  expect(labelled('dies').length).toBeGreaterThanOrEqual(2);
  await post(url, request(2, 'die'), session);
  await until(() => labelled('dies').length === 0);
});

it('serves sixty sessions at once', async () => {
  const { url } = await startBridge({ MCP_COMMAND: '/bin/sh', MCP_ARGS: `"${TINY}"` });
  const sessions = await Promise.all(Array.from({ length: 60 }, () => openSession(url)));
  const answers = await Promise.all(sessions.map((session, at) => post(url, request(at, 'ping'), session)));
  expect(answers.map(({ messages }) => messages[0]?.id)).toEqual(sessions.map((_, at) => at));
});
