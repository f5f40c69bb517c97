import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { Contexts } from './contexts.js';
import { CliError } from './exit.js';

const LOCK_POLL_MS = 50;
/** A lock that is older belongs to a command that has died: each holds it for milliseconds. */
const LOCK_STALE_MS = 10_000;
const LOCK_WAIT_MS = 30_000;

/** The file with the gateways of this user and how to sign in to them. Only this user can read it. */
export interface ContextsFile {
  readonly file: string;
  /** Without a file: no contexts. */
  read(): Promise<Contexts>;
  /** One change at a time, also of several commands: `change` gets what the file has now. */
  update(change: (now: Contexts) => Contexts): Promise<void>;
}

export function contextsFile(file: string): ContextsFile {
  async function read(): Promise<Contexts> {
    let text: string;
    try {
      text = await fs.readFile(file, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { contexts: [] };
      throw new CliError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
    }
    return parsed(text, file);
  }

  return {
    file,
    read,
    async update(change) {
      await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const release = await lock(`${file}.lock`);
      try {
        const temporary = `${file}.${randomUUID()}`;
        await fs.writeFile(temporary, stringify(change(await read())), { mode: 0o600, flag: 'wx' });
        await fs.rename(temporary, file);
      } finally {
        await release();
      }
    },
  };
}

function parsed(text: string, file: string): Contexts {
  try {
    return Contexts.parse(parse(text) ?? {});
  } catch (cause) {
    // The causes are not shown: a message of the parser quotes lines, and these may have secrets.
    throw new CliError(`${file} is not a valid file of contexts.`, {
      remedy: 'Correct it, or remove it and add the gateways again with `mcp-gateway contexts set NAME --gateway URL`.',
      cause,
    });
  }
}

async function lock(folder: string): Promise<() => Promise<void>> {
  for (let waitedMs = 0; ; waitedMs += LOCK_POLL_MS) {
    try {
      await fs.mkdir(folder);
      return () => fs.rmdir(folder).catch(() => {});
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      if (waitedMs >= LOCK_WAIT_MS)
        throw new CliError(`Another mcp-gateway command holds ${folder}.`, {
          remedy: 'If none runs, remove that folder.',
        });
    }
    const { mtimeMs } = await fs.stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LOCK_STALE_MS) await fs.rmdir(folder).catch(() => {});
    await sleep(LOCK_POLL_MS);
  }
}

/**
 * Where the file is: MCP_GATEWAY_CONFIG, or `mcp-gateway/contexts.yaml` in the folder of settings of the system
 * (XDG Base Directory; `%APPDATA%` on Windows).
 */
export function contextsPath(
  variables: {
    MCP_GATEWAY_CONFIG?: string | undefined;
    XDG_CONFIG_HOME?: string | undefined;
    APPDATA?: string | undefined;
  },
  { home, platform }: { home: string; platform: string },
): string {
  if (variables.MCP_GATEWAY_CONFIG) return variables.MCP_GATEWAY_CONFIG;
  const settings = platform === 'win32' ? variables.APPDATA : variables.XDG_CONFIG_HOME;
  return path.join(settings || path.join(home, '.config'), 'mcp-gateway', 'contexts.yaml');
}
