import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { SocketAddress, type AddressInfo, type Socket } from 'node:net';

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
 * sends again for a quarter of an hour, and Node cannot set TCP_USER_TIMEOUT. Where the kernel reports that (Linux), the
 * gateway looks for such connections. A client that reads slowly, or not at all, is not among them: its kernel answers.
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
  async function checkPeers(family: 'IPv4' | 'IPv6', localPort: number): Promise<void> {
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
    let isChecking = false;
    const timer = setInterval(() => {
      if (isChecking || open.size === 0) return;
      isChecking = true;
      void checkPeers(family as 'IPv4' | 'IPv6', port)
        .catch(() => {}) // the kernel does not report it
        .finally(() => (isChecking = false));
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

/** A connection to whose peer the kernel sends the same again, as nothing is acknowledged. */
export interface Unacknowledged {
  localPort: number;
  /** As `remoteAddress` of a socket. */
  address: string;
  port: number;
  /** How often it has sent that, since the peer last acknowledged anything. */
  attempts: number;
}

/** Addresses and ports, queues, timer, retransmissions, user, unanswered probes (proc_net_tcp in the Linux kernel's documentation). */
const LINE =
  /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]{2} [0-9A-F]{8}:[0-9A-F]{8} [0-9A-F]{2}:[0-9A-F]+ ([0-9A-F]{8}) +\d+ +(\d+) /gm;
const NONE = '00000000';

/** In the text of /proc/net/tcp or tcp6. A peer that only does not read is not among them: its kernel answers the probes. */
export function unacknowledgedIn(text: string): Unacknowledged[] {
  const found: Unacknowledged[] = [];
  for (const [, localPort = '', address = '', port = '', retransmissions = '', probes = ''] of text.matchAll(LINE)) {
    if (retransmissions === NONE && probes === '0') continue;
    found.push({
      localPort: Number.parseInt(localPort, 16),
      address: addressOf(address),
      port: Number.parseInt(port, 16),
      attempts: Number.parseInt(retransmissions, 16) + Number(probes),
    });
  }
  return found;
}

/** Words of 32 bits, each in the machine's order of bytes, which is from the end. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => Array.from(Buffer.from(word, 'hex')).toReversed());
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    Buffer.from(bytes)
      .readUInt16BE(2 * i)
      .toString(16),
  );
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

/** Rejects where the kernel does not report it, as on macOS. */
export async function readUnacknowledged(family: 'IPv4' | 'IPv6'): Promise<Unacknowledged[]> {
  return unacknowledgedIn(await readFile(`/proc/net/${family === 'IPv6' ? 'tcp6' : 'tcp'}`, 'latin1'));
}
