import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:net';
import type { Logger } from '@mcp-gateway/platform/logging';
import { type GuardedChild, spawnGuarded } from '@mcp-gateway/runtime/child-guard';

const READY_MS = 15_000;
const POLL_MS = 10;
const STOP_SECONDS = 3;
const KEPT_OUTPUT = 4_096;
/** For the child guard; the servers have absolute paths. */
const PATH = '/usr/bin:/bin';

export class PortTakenError extends Error {}

export interface RedisLaunch {
  command: string;
  args: readonly string[];
  dataDir: string;
  port: number;
  password: string;
  log: Logger;
}

/** @throws PortTakenError, or Error with the last output of the server */
export async function launchRedis({ command, args, dataDir, port, password, log }: RedisLaunch): Promise<GuardedChild> {
  const server = await spawnGuarded({ command, args, cwd: dataDir, env: { PATH }, graceSeconds: STOP_SECONDS });
  let output = '';
  const ended = server.exited.then((code) => ({ code }));
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
      log.debug({ redis: text.trimEnd() }, 'output of Redis');
    });
  }
  const deadline = Date.now() + READY_MS;
  // With the password, because another Redis may answer on a port that was taken.
  while (!(await ping(port, password))) {
    const outcome = await Promise.race([ended, delay(POLL_MS)]);
    if (outcome) {
      if (/address already in use/i.test(output)) throw new PortTakenError(`port ${port} of 127.0.0.1 is taken`);
      throw new Error(`Redis ended with code ${outcome.code} before it was ready:\n${output}`);
    }
    if (Date.now() > deadline) {
      await server.kill();
      throw new Error(`Redis was not ready within ${READY_MS} ms:\n${output}`);
    }
  }
  return server;
}

const ANSWER_MS = 1_000;

/** Whether the server on this loopback port accepts the password and answers. */
function ping(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (answer.includes('-')) end(false); // an error, so this is another server
      if (answer === '+OK\r\n+PONG\r\n') end(true);
    });
  });
}
