import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { LogOwner } from '../../runtime.js';
import { logFile, logFolder, logOwner } from './files.js';
import { logWriter, type LogWriter } from './writer.js';

/** The logs of all replicas: one folder for each resource. The folders outlive the supervisor, and their names identify the owner. */
export class ReplicaLogs {
  readonly #open = new Map<string, { writer: LogWriter; holders: number }>();

  constructor(private readonly root: string) {}

  /** The owners of the folders; empty when the root cannot be read, because replicas run without logs, too. */
  owners(): LogOwner[] {
    try {
      return this.#all();
    } catch {
      return [];
    }
  }

  /**
   * Creates the folder, so that a reader can distinguish an empty log from a removed resource.
   * @throws Error when the folder cannot be created
   */
  begin(owner: LogOwner) {
    mkdirSync(logFolder(this.root, owner), { recursive: true });
  }

  /**
   * A writer for one process of the replica. A draining process and its successor write the same file, so they share one writer:
   * a second one would go on writing to the file that the first one renamed.
   */
  writer(owner: LogOwner, instance: number): LogWriter {
    const file = logFile(this.root, owner, instance);
    const shared = this.#open.get(file) ?? { writer: logWriter(file), holders: 0 };
    this.#open.set(file, shared);
    shared.holders += 1;
    let held = true;
    return {
      write(chunk) {
        if (held) shared.writer.write(chunk);
      },
      close: () => {
        if (!held) return;
        held = false;
        shared.holders -= 1;
        if (shared.holders > 0) return;
        shared.writer.close();
        if (this.#open.get(file) === shared) this.#open.delete(file);
      },
    };
  }

  /**
   * Removes the logs of every resource that had this kind and name. Synchronous, so that no other call comes in between.
   * @throws Error when the logs cannot be removed
   */
  remove(ref: ResourceRef) {
    for (const owner of this.#all()) {
      if (resourceKey(owner) !== resourceKey(ref)) continue;
      const folder = logFolder(this.root, owner);
      rmSync(folder, { recursive: true, force: true });
      // A process that still holds a removed file writes to it unseen; the next process creates a new file.
      for (const file of this.#open.keys()) if (dirname(file) === folder) this.#open.delete(file);
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
