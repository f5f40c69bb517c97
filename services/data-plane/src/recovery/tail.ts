export interface Tail {
  add(chunk: Buffer): void;
  text(): string;
}

/** The end of a stream, at least so many bytes of it. Holds on to the chunks, so to as much memory as they take. */
export function longTail(bytes: number): Tail {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      while (size - (chunks[0] as Buffer).length >= bytes) size -= (chunks.shift() as Buffer).length;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

const SHORT_BYTES = 16;

/** Its last few characters, copied: enough to see whether an event has ended, for streams that stay open for hours. */
export function shortTail(): Tail {
  let last: Buffer = Buffer.alloc(0);
  return {
    add(chunk) {
      last = Buffer.concat([last, chunk.subarray(-SHORT_BYTES)]).subarray(-SHORT_BYTES);
    },
    text: () => last.toString('latin1'),
  };
}
