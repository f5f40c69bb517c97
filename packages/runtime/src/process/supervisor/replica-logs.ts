import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { LogOwner } from '../../logs/log-reader.js';
import { logFile, logFolder, logOwner } from '../log-files.js';
import { logWriter, type LogWriter } from './log-writer.js';

/** The logs of all replicas: a folder for each adapter. They outlive the supervisor, and say whose they are. */
export class ReplicaLogs {
  constructor(private readonly root: string) {}

  /** Whose logs there are; nobody's when that cannot be told, as replicas run without logs, too. */
  owners(): LogOwner[] {
    try {
      return this.#all();
    } catch {
      return [];
    }
  }

  /**
   * Makes the folder, so that who follows logs can tell that nothing has been written yet from that the adapter is gone.
   * @throws Error when it cannot be made
   */
  begin(owner: LogOwner) {
    mkdirSync(logFolder(this.root, owner), { recursive: true });
  }

  writer(owner: LogOwner, instance: number): LogWriter {
    return logWriter(logFile(this.root, owner, instance));
  }

  /**
   * Removes the logs of every adapter that had the name. Synchronous, so that nothing can be asked for in between.
   * @throws Error when they cannot be removed
   */
  remove(name: string) {
    for (const owner of this.#all()) {
      if (owner.name === name) rmSync(logFolder(this.root, owner), { recursive: true, force: true });
    }
  }

  #all(): LogOwner[] {
    try {
      return readdirSync(this.root).flatMap((folder) => logOwner(folder) ?? []);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}
