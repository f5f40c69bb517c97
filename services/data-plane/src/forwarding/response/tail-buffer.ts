export interface TailBuffer {
  add(chunk: Buffer): void;
  /** What is kept, in order; nothing is kept any more then. */
  take(): Buffer[];
}

/** A chunk takes some hundred bytes beside its own: so many that are not copied into one yet are held at most. */
const MAX_LOOSE = 256;

/**
 * The end of a stream, at least so many bytes of it, and at most twice as many beside one chunk. What goes before is told, in
 * order.
 */
export function tailBuffer(bytes: number, tellOfGone: (chunk: Buffer) => void = () => {}): TailBuffer {
  let chunks: Buffer[] = [];
  let size = 0;
  /** How many of the last ones have come as they are. */
  let loose = 0;
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      loose += 1;
      while (size - (chunks[0] as Buffer).length >= bytes) {
        const gone = chunks.shift() as Buffer;
        size -= gone.length;
        tellOfGone(gone);
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
