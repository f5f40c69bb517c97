export interface Tail {
  add(chunk: Buffer): void;
  /** What is kept, in order; nothing is kept any more then. */
  take(): Buffer[];
}

/**
 * The end of a stream, at least so many bytes of it. Holds on to the chunks, so to as much memory as they take. What goes before
 * is told, in order.
 */
export function longTail(bytes: number, tellOfGone: (chunk: Buffer) => void = () => {}): Tail {
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      while (size - (chunks[0] as Buffer).length >= bytes) {
        const gone = chunks.shift() as Buffer;
        size -= gone.length;
        tellOfGone(gone);
      }
    },
    take() {
      const taken = chunks;
      [chunks, size] = [[], 0];
      return taken;
    },
  };
}
