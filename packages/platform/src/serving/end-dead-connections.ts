import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { readUnacknowledged, type Unacknowledged } from './unacknowledged.js';

/** A connection that is quiet for so long is probed: ten times, once a second, by what libuv sets. */
const PROBE_AFTER_MS = 30_000;
/** How long a peer may acknowledge nothing of what it has been sent. */
const SILENT_MS = 40_000;
const PROBE_EVERY_MS = 10_000;

interface Probing {
  everyMs?: number;
  silentMs?: number;
  read?: typeof readUnacknowledged;
}

/**
 * Ends the connections whose clients have vanished without a word, as a machine does that loses power or its network, within about a
 * minute. A quiet connection is probed by the kernel (TCP keep-alive). One that waits for an acknowledgement is not: the kernel
 * sends again for a quarter of an hour, and Node cannot set TCP_USER_TIMEOUT. Where the kernel tells of that (Linux), such
 * connections are looked for. A client that reads slowly, or not at all, is not among them: its kernel answers.
 */
export function endDeadConnections(
  server: Server,
  { everyMs = PROBE_EVERY_MS, silentMs = SILENT_MS, read = readUnacknowledged }: Probing = {},
): void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setKeepAlive(true, PROBE_AFTER_MS);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });

  let silent: ReadonlyMap<string, Silence> = new Map();
  async function lookAgain(family: 'IPv4' | 'IPv6', localPort: number): Promise<void> {
    const found = (await read(family)).filter((each) => each.localPort === localPort);
    const now = performance.now();
    silent = silences(silent, found, now);
    const dead = new Set([...silent].filter(([, { since }]) => now - since >= silentMs).map(([peer]) => peer));
    if (dead.size === 0) return;
    for (const socket of open) {
      if (dead.has(peerOf({ address: socket.remoteAddress, port: socket.remotePort }))) socket.destroy();
    }
  }

  server.once('listening', () => {
    const { family, port } = server.address() as AddressInfo;
    let isLooking = false;
    const timer = setInterval(() => {
      if (isLooking || open.size === 0) return;
      isLooking = true;
      void lookAgain(family as 'IPv4' | 'IPv6', port)
        .catch(() => {}) // the kernel does not tell
        .finally(() => (isLooking = false));
    }, everyMs).unref();
    server.once('close', () => clearInterval(timer));
  });
}

export interface Silence {
  attempts: number;
  /** When it was first seen, in milliseconds. */
  since: number;
}

/** Which peers have been silent since when. Fewer attempts than before mean that something was acknowledged in between. */
export function silences(
  before: ReadonlyMap<string, Silence>,
  found: readonly Unacknowledged[],
  now: number,
): Map<string, Silence> {
  return new Map(
    found.map((each) => {
      const known = before.get(peerOf(each));
      const goesOn = known !== undefined && each.attempts >= known.attempts;
      return [peerOf(each), { attempts: each.attempts, since: goesOn ? known.since : now }];
    }),
  );
}

const peerOf = ({ address, port }: { address: string | undefined; port: number | undefined }): string =>
  `${address} ${port}`;
