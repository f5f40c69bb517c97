import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { LogOwner } from '../../log-reader.js';
import { logFile, logFolder, logOwner } from './files.js';
import { logWriter, type LogWriter } from './writer.js';

/** The logs of all replicas: a folder for each adapter. They outlive the supervisor, and say whose they are. */
export class ReplicaLogs {
  readonly #open = new Map<string, { writer: LogWriter; holders: number }>();

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

  /**
   * For one process of the replica. While one drains and its successor starts, both write the same file, and only one writer
   * may rotate it: the other would go on in the file that was renamed.
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
   * Removes the logs of every adapter that had the name. Synchronous, so that nothing can be asked for in between.
   * @throws Error when they cannot be removed
   */
  remove(ref: ResourceRef) {
    for (const owner of this.#all()) {
      if (resourceKey(owner) !== resourceKey(ref)) continue;
      const folder = logFolder(this.root, owner);
      rmSync(folder, { recursive: true, force: true });
      // Who still holds one of these writes what nobody can read; who comes next begins a new file.
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
