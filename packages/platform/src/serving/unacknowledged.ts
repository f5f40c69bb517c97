import { readFile } from 'node:fs/promises';
import { SocketAddress } from 'node:net';

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

/** Rejects where the kernel does not tell, as on macOS. */
export async function readUnacknowledged(family: 'IPv4' | 'IPv6'): Promise<Unacknowledged[]> {
  return unacknowledgedIn(await readFile(`/proc/net/${family === 'IPv6' ? 'tcp6' : 'tcp'}`, 'latin1'));
}
