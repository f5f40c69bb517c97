import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { Supervisor, type SupervisorOptions } from './supervisor.js';
import { supervisorServer } from './server.js';

export { catalogue, CatalogueError, readCatalogue, type Catalogue, type CatalogueEntry } from '../catalogue.js';
export { systemClock, type Clock } from '../clock.js';
export { defaultTimes } from './supervisor.js';

export interface RunningSupervisor {
  /** Ends every replica, and closes the socket. */
  close(): Promise<void>;
}

/**
 * Starts a supervisor that listens on the Unix socket.
 * @throws Error when another supervisor listens there already
 */
export async function startSupervisor(socketPath: string, options: SupervisorOptions): Promise<RunningSupervisor> {
  if (await isListening(socketPath)) throw new Error(`another supervisor listens on ${socketPath}`);
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
  await rm(socketPath, { force: true });
  const supervisor = new Supervisor(options);
  const server = supervisorServer(supervisor);
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    async close() {
      await supervisor.close();
      server.close();
      server.closeAllConnections();
      await rm(socketPath, { force: true });
    },
  };
}

/** Whether a process listens on the socket; the socket file of a killed process does not answer. */
export async function isListening(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
