import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Adapter, AdapterConstructor, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import { writeWhole } from './state.js';

const FILE = 'clients.json';
/** Clients keep their registration and their refresh token, so the issuer keeps them too. */
const KEPT = /^(Client|Grant|RefreshToken):/;
const MAX_ENTRIES = 5_000;
const WRITE_MS = 200;

interface Entry {
  payload: AdapterPayload;
  /** Milliseconds since the epoch; Infinity for a registered client. */
  expiresAt: number;
}
const Kept = z.array(z.tuple([z.string(), z.looseObject({}), z.number().nullable()]));

/** What the issuer remembers, by model and id: at most 5,000 entries, the oldest leave first. */
export interface Store {
  adapter: AdapterConstructor;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/** @param onFault hears of a file that cannot be written; the issuer goes on without it */
export async function openStore(folder: string, onFault: (error: unknown) => void): Promise<Store> {
  const file = join(folder, FILE);
  const entries = new Map<string, Entry>();
  for (const [key, payload, expiresAt] of await readKept(file)) {
    entries.set(key, { payload, expiresAt: expiresAt ?? Infinity });
  }
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  function write() {
    clearTimeout(timer);
    timer = undefined;
    const kept = [...entries].filter(([key, { expiresAt }]) => KEPT.test(key) && expiresAt > Date.now());
    const text = JSON.stringify(kept.map(([key, { payload, expiresAt }]) => [key, payload, expiresAt]));
    writing = writing.then(() => writeWhole(file, text)).catch(onFault);
  }
  function changed(key: string) {
    if (KEPT.test(key)) timer ??= setTimeout(write, WRITE_MS);
  }
  return {
    adapter: adapterOf(entries, changed),
    async flush() {
      if (timer) write();
      await writing;
    },
  };
}

/** @returns nothing when the file is missing or damaged: clients then register again */
async function readKept(file: string): Promise<z.infer<typeof Kept>> {
  try {
    return Kept.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return [];
  }
}

function adapterOf(entries: Map<string, Entry>, changed: (key: string) => void): AdapterConstructor {
  return class implements Adapter {
    readonly #name: string;

    constructor(name: string) {
      this.#name = name;
    }

    #key = (id: string) => `${this.#name}:${id}`;

    #where(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
      for (const [key, { payload, expiresAt }] of entries) {
        if (key.startsWith(`${this.#name}:`) && expiresAt > Date.now() && matches(payload)) return payload;
      }
      return undefined;
    }

    async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
      const key = this.#key(id);
      entries.delete(key);
      entries.set(key, { payload, expiresAt: expiresIn ? Date.now() + expiresIn * 1_000 : Infinity });
      for (const oldest of entries.keys()) {
        if (entries.size <= MAX_ENTRIES) break;
        entries.delete(oldest);
      }
      changed(key);
    }

    async find(id: string): Promise<AdapterPayload | undefined> {
      const found = entries.get(this.#key(id));
      return found && found.expiresAt > Date.now() ? found.payload : undefined;
    }

    findByUserCode = async (userCode: string) => this.#where((payload) => payload.userCode === userCode);
    findByUid = async (uid: string) => this.#where((payload) => payload.uid === uid);

    async consume(id: string): Promise<void> {
      const found = entries.get(this.#key(id));
      if (found) found.payload = { ...found.payload, consumed: Math.floor(Date.now() / 1_000) };
      changed(this.#key(id));
    }

    async destroy(id: string): Promise<void> {
      entries.delete(this.#key(id));
      changed(this.#key(id));
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of entries) {
        if (payload.grantId !== grantId) continue;
        entries.delete(key);
        changed(key);
      }
    }
  };
}
