import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

export interface FolderLock {
  release(): Promise<void>;
}

/** Longer than the shutdown of a gateway. */
const ENDING_MS = 15_000;
const ANSWER_MS = 2_000;

/**
 * A lock that one process at a time holds: the one that listens on the socket. The kernel releases the lock with the process. A
 * process that wants the lock waits for a holder that is shutting down.
 * @param makeFolder creates the folder of the socket, which a former holder may be removing
 * @param isEnding whether this process is shutting down; the lock tells processes that wait
 * @returns null when another process holds it
 */
export async function lockFolder(
  socketPath: string,
  makeFolder: () => Promise<unknown>,
  isEnding: () => boolean,
): Promise<FolderLock | null> {
  const deadline = Date.now() + ENDING_MS;
  while (Date.now() < deadline) {
    const lock = await makeFolder()
      .then(() => listenOn(socketPath, isEnding))
      .catch(nullWhenTaken);
    if (lock) return lock;
    const holder = await holderOf(socketPath, deadline);
    if (holder === 'running') return null;
    if (holder === 'dead') await rm(socketPath, { force: true }); // the holder was killed
  }
  return null;
}

async function listenOn(socketPath: string, isEnding: () => boolean): Promise<FolderLock> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.unref();
    if (isEnding())
      socket.write('ending'); // the connection breaks when this process has ended
    else socket.end('running');
    waiting.add(socket.once('close', () => waiting.delete(socket)));
  }).unref();
  await once(server.listen(socketPath), 'listening');
  return {
    async release() {
      const closed = once(server.close(), 'close'); // `close` removes the socket file
      waiting.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

function nullWhenTaken(error: NodeJS.ErrnoException): null {
  if (error.code === 'EADDRINUSE' || error.code === 'ENOENT') return null;
  throw error;
}

/** Waits for a holder that is shutting down. A holder that does not answer counts as running. */
async function holderOf(socketPath: string, deadline: number): Promise<'running' | 'gone' | 'dead'> {
  const socket = connect(socketPath);
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const [word] = (await once(socket, 'data', { signal })) as [Buffer];
    if (word.toString() !== 'ending') return 'running';
    await once(socket, 'close', { signal: AbortSignal.timeout(Math.max(0, deadline - Date.now())) });
    return 'gone';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'gone';
    return code === 'ECONNREFUSED' ? 'dead' : 'running';
  } finally {
    socket.destroy();
  }
}
