import { posix, win32 } from 'node:path';
import type { ServerEntry } from './entry.js';

/** Where a client looks for its files. */
export interface Machine {
  platform: 'darwin' | 'linux' | 'win32';
  home: string;
  /** Variables that move a file: `APPDATA`, `XDG_CONFIG_HOME` and those that clients have of their own. */
  env: Readonly<Record<string, string | undefined>>;
}

type HttpEntry = Extract<ServerEntry, { kind: 'http' }>;
type StdioEntry = Extract<ServerEntry, { kind: 'stdio' }>;

/** One MCP client: where it keeps its servers, and in which shape. */
export interface McpClient {
  id: string;
  title: string;
  /** The page of its makers that the row follows. */
  docs: string;
  format: 'jsonc' | 'toml' | 'yaml';
  /** The file of the user. */
  file(machine: Machine): string;
  /** The file for one project, from its folder. Absent: the client has none. */
  projectFile?: string;
  /** The keys from the root of the file to its servers. */
  servers: readonly string[];
  /** The value for a server with a URL. Absent: the client starts commands only. */
  http?: (entry: HttpEntry) => object;
  stdio(entry: StdioEntry): object;
  /** How a value names an environment variable. Absent: the client has no way, so that API keys need `connect`. */
  variable?: (name: string) => string;
  /** A link that installs the server with a click. */
  link?: (name: string, value: object) => string;
  /** The client's own command for it, as words. */
  command?: (entry: ServerEntry) => string[];
  /** What to do after the file has changed. */
  next: string;
}

const join = ({ platform }: Machine) => (platform === 'win32' ? win32.join : posix.join);
export const inHome =
  (...names: string[]) =>
  (machine: Machine): string =>
    join(machine)(machine.home, ...names);

/** A file below the folder in which applications of the system keep their settings. */
export const inApplicationData =
  (...names: string[]) =>
  (machine: Machine): string => {
    const { platform, env, home } = machine;
    if (platform === 'win32') return win32.join(env['APPDATA'] ?? win32.join(home, 'AppData', 'Roaming'), ...names);
    if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', ...names);
    return posix.join(env['XDG_CONFIG_HOME'] ?? posix.join(home, '.config'), ...names);
  };

/** A file below a folder that a variable moves. */
export const inFolderOf =
  (variable: string, fallback: string, name: string) =>
  (machine: Machine): string =>
    join(machine)(machine.env[variable] ?? join(machine)(machine.home, fallback), name);

/** The header of an API key, for clients that can name an environment variable. */
export const bearer = (
  { apiKeyVariable }: HttpEntry,
  variable: (name: string) => string,
): { headers?: Record<string, string> } =>
  apiKeyVariable === undefined ? {} : { headers: { Authorization: `Bearer ${variable(apiKeyVariable)}` } };

export const plainStdio = ({ command, args }: StdioEntry): object => ({ command, args });
