import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { freePort } from '@mcp-gateway/platform/serving';
import { isShellVariable, spawnGuarded, type GuardedChild } from '../../child-guard/index.js';
import type { Failure } from '../../runtime.js';
import type { Workload } from '../../workload.js';
import { CatalogueError, listeningEntry, type Catalogue, type CatalogueEntry } from '../catalogue.js';

export interface StartContext {
  catalogue: Catalogue;
  /** The variables of this machine's environment that every replica gets, such as PATH. */
  environment: Record<string, string>;
  stopGraceSeconds: number;
}

export interface StartedProcess {
  process: GuardedChild;
  port: number;
  /** New for each process: its state ends with it, so that a session must not be routed to its successor. */
  endpointId: string;
}

/** Starts the process of a replica; a failure says why it cannot start. */
export async function startProcess(
  workload: Workload,
  replica: string,
  { catalogue, environment, stopGraceSeconds }: StartContext,
): Promise<StartedProcess | Failure> {
  const unsupported = unsupportedSetting(workload);
  if (unsupported) return unsupported;
  try {
    const named = await catalogue.resolve(workload.imageName);
    await checkCommand(named, named.env['PATH'] ?? environment['PATH'] ?? '');
    const entry = await listeningEntry(named, catalogue);
    // A new port each time: between two processes, another program may take the port.
    const port = await freePort();
    const process = await spawnGuarded({
      command: entry.command,
      args: entry.args.map((arg) => arg.replaceAll('{port}', String(port))),
      cwd: entry.cwd,
      env: {
        ...environment,
        ...entry.env,
        ...workload.environment,
        PORT: String(port),
        HOST: '127.0.0.1',
        MCP_GATEWAY_REPLICA: replica,
      },
      graceSeconds: stopGraceSeconds,
    });
    return { process, port, endpointId: `${replica}.${randomUUID()}` };
  } catch (error) {
    if (error instanceof CatalogueError) return { reason: error.reason, message: error.message };
    return { reason: 'StartFailed', message: `The command could not be started: ${(error as Error).message}` };
  }
}

/** Names the setting of the workload that the process runtime does not support; null when it supports all of them. */
export function unsupportedSetting({ environment, secretEnvironment = {} }: Workload): Failure | null {
  const [secret] = Object.keys(secretEnvironment);
  if (secret !== undefined) {
    return {
      reason: 'SecretsNotSupported',
      message: `${secret} refers to a Secret, which the process runtime does not have. Put its value into environmentVariables, or use RUNTIME=kubernetes.`,
    };
  }
  const shells = Object.keys(environment).find(isShellVariable);
  if (shells !== undefined) {
    return {
      reason: 'VariableNotSupported',
      message: `${shells} is a variable of the shell that starts the process, so the server cannot get it. Remove it from environmentVariables, or use RUNTIME=kubernetes.`,
    };
  }
  return null;
}

/**
 * Searches the command as a shell does. The exit code of a shell would not do: the command itself may exit with the same code.
 * @throws CatalogueError StartFailed when the folder or the command is missing, or when the command is not executable
 */
export async function checkCommand({ command, cwd }: CatalogueEntry, path: string): Promise<void> {
  if (cwd !== undefined && (await kindOf(cwd)) !== 'folder') {
    throw new CatalogueError(
      'StartFailed',
      `The command "${command}" has the working directory ${cwd}, which is not a folder. Create it, or correct "cwd" in the catalogue.`,
    );
  }
  const folders = command.includes('/') ? [''] : path.split(':');
  const found = await Promise.all(folders.map((folder) => kindOf(resolve(cwd ?? '', folder, command))));
  if (found.includes('program')) return;
  const why = found.includes('file')
    ? 'may not be run'
    : command.includes('/')
      ? 'does not exist'
      : 'is not on the PATH';
  throw new CatalogueError(
    'StartFailed',
    `The command "${command}" ${why}. Install it or make it executable, or correct "command" in the catalogue.`,
  );
}

async function kindOf(path: string): Promise<'folder' | 'program' | 'file' | 'nothing'> {
  const found = await stat(path).catch(() => null);
  if (!found) return 'nothing';
  if (found.isDirectory()) return 'folder';
  return access(path, constants.X_OK).then(
    () => 'program',
    () => 'file',
  );
}
