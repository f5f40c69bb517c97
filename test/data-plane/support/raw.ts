import { connect } from 'node:net';
import { afterTest } from '../../support/clean-up.js';

const QUIET_MS = 10_000;

export interface RawConnection {
  write(bytes: string | Buffer): void;
  /** Resolves with all text received so far, once that contains the text. */
  until(text: string): Promise<string>;
  /** Resolves with all text received when the other side has ended. */
  ended(): Promise<string>;
}

/** A connection on which a test decides every byte; received text has a character for each byte. */
export function rawConnection(url: string): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  let over = false;
  let changed = () => {};
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
    changed();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    over = true;
    changed();
  });
  afterTest(() => socket.destroy());

  function when(isTrue: () => boolean, what: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${what} never came after: ${received}`)), QUIET_MS);
      changed = () => {
        if (!isTrue() && !over) return;
        clearTimeout(late);
        if (isTrue()) resolve(received);
        else reject(new Error(`the connection ended before ${what} came, after: ${received}`));
      };
      changed();
    });
  }
  return {
    write: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    until: (text) => when(() => received.includes(text), JSON.stringify(text)),
    ended: () => when(() => over, 'the end'),
  };
}

/** Writes the text and resolves with everything received until the connection ends. */
export async function exchange(url: string, ...lines: string[]): Promise<string> {
  const connection = rawConnection(url);
  connection.write(lines.join('\r\n'));
  return connection.ended();
}

export const statuses = (received: string): number[] =>
  [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
