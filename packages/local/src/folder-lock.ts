import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

export interface FolderLock {
  release(): Promise<void>;
}

/** Longer than a gateway takes to end. */
const ENDING_MS = 15_000;
const ANSWER_MS = 2_000;

/**
 * Lets one process at a time use something: the one that listens on the socket, which is over when it ends, in whatever way.
 * A holder that is about to end is waited for.
 * @param makeFolder makes the folder of the socket, which a former holder may be removing
 * @param isEnding whether this process is about to end, for those who come later
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
    if (holder === 'nobody') await rm(socketPath, { force: true }); // it was killed
  }
  return null;
}

async function listenOn(socketPath: string, isEnding: () => boolean): Promise<FolderLock> {
  const waiting = new Set<Socket>();
  const server = createServer((asking) => {
    asking.on('error', () => {});
    asking.unref();
    if (isEnding())
      asking.write('ending'); // and breaks off when this process has ended
    else asking.end('running');
    waiting.add(asking.once('close', () => waiting.delete(asking)));
  }).unref();
  await once(server.listen(socketPath), 'listening');
  return {
    async release() {
      const closed = once(server.close(), 'close'); // which removes the socket
      waiting.forEach((asking) => asking.destroy());
      await closed;
    },
  };
}

function nullWhenTaken(error: NodeJS.ErrnoException): null {
  if (error.code === 'EADDRINUSE' || error.code === 'ENOENT') return null;
  throw error;
}

/** Resolves for one that is ending when it has ended; one that says nothing is there as well. */
async function holderOf(socketPath: string, deadline: number): Promise<'running' | 'gone' | 'nobody'> {
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
    return code === 'ECONNREFUSED' ? 'nobody' : 'running';
  } finally {
    socket.destroy();
  }
}
