export interface TailBuffer {
  add(chunk: Buffer): void;
  /** Returns the buffered chunks in order, and stops buffering. */
  take(): Buffer[];
}

/** Each chunk object costs some hundred bytes of its own, so at most this many stay separate before they are merged. */
const MAX_LOOSE = 256;

/**
 * The end of a stream: at least `bytes` of it, and at most twice as many plus one chunk. Older chunks go to
 * `onDropped`, in order.
 */
export function tailBuffer(bytes: number, onDropped: (chunk: Buffer) => void = () => {}): TailBuffer {
  let chunks: Buffer[] = [];
  let size = 0;
  /** How many of the last chunks are not merged yet. */
  let loose = 0;
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      loose += 1;
      while (size - (chunks[0] as Buffer).length >= bytes) {
        const gone = chunks.shift() as Buffer;
        size -= gone.length;
        onDropped(gone);
      }
      loose = Math.min(loose, chunks.length);
      if (loose < MAX_LOOSE) return;
      chunks.push(Buffer.concat(chunks.splice(-loose)));
      loose = 0;
    },
    take() {
      const taken = chunks;
      [chunks, size, loose] = [[], 0, 0];
      return taken;
    },
  };
}
