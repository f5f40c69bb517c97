import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/**
 * One end of an in-memory connection. As with sockets, bytes that one side wrote before it ended or broke off can still
 * be read on the other side. Not node:stream's duplexPair, where that depends on the version.
 */
class Side extends Duplex {
  other: Side | undefined;
  #written: Done | undefined;
  #hasEnd = false;

  override _read(): void {
    this.#took();
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    const { other } = this;
    if (!other || other.destroyed) return done(new Error('the other side has gone'));
    other.#written = done; // called when it has been read
    other.push(chunk);
  }

  override _final(done: Done): void {
    this.other?.hearEnd();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#took(new Error('the other side has gone'));
    this.other?.hearEnd();
    done(error);
  }

  #took(error?: Error): void {
    const written = this.#written;
    this.#written = undefined;
    written?.(error);
  }

  hearEnd(): void {
    if (this.#hasEnd || this.destroyed) return;
    this.#hasEnd = true;
    this.push(null);
  }
}

export function connectionPair(): [near: Duplex, far: Duplex] {
  const near = new Side();
  const far = new Side();
  near.other = far;
  far.other = near;
  return [near, far];
}
