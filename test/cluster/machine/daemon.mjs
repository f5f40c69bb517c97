import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { end, identify, isAlive } from './processes.mjs';

/**
 * A program of a cluster that outlives the process that started it. The cluster's folder contains its command line, so
 * that another process can stop it and start it again.
 * @typedef {{ command: string, args: readonly string[], path?: string, process: import('./processes.mjs').Identity }} Daemon
 */

/**
 * @param {string} folder the cluster's
 * @param {string} name
 * @param {readonly string[]} command
 * @param {string} [searchPath] folders to put first on its PATH
 */
export function startDaemon(folder, name, [command = '', ...args], searchPath) {
  const log = fs.openSync(logFile(folder, name), 'a');
  const PATH = [searchPath, process.env.PATH].filter(Boolean).join(path.delimiter);
  // The shims of containers inherit this variable, so that all processes of a cluster can be identified.
  const env = { ...process.env, PATH, MCP_GATEWAY_TEST_CLUSTER: folder };
  const child = spawn(command, args, { cwd: folder, env, detached: true, stdio: ['ignore', log, log] });
  fs.closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} could not be started.`);
  /** @type {Daemon} */
  const daemon = { command, args, ...(searchPath && { path: searchPath }), process: identify(child.pid) };
  fs.writeFileSync(recordFile(folder, name), JSON.stringify(daemon));
}

/**
 * @param {string} folder
 * @param {string} name
 */
export function startDaemonAgain(folder, name) {
  const { command, args, path: searchPath } = readDaemon(folder, name);
  if (!isRunning(folder, name)) startDaemon(folder, name, [command, ...args], searchPath);
}

/**
 * @param {string} folder
 * @param {string} name
 */
export function isRunning(folder, name) {
  return fs.existsSync(recordFile(folder, name)) && isAlive(readDaemon(folder, name).process);
}

/**
 * Kills it with SIGKILL, as a crash would. Succeeds when it does not run.
 * @param {string} folder
 * @param {string} name
 */
export async function killDaemon(folder, name) {
  if (isRunning(folder, name)) await end([readDaemon(folder, name).process], 'SIGKILL');
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {number} its pid
 * @throws Error with its last log lines when it has ended
 */
export function pidOf(folder, name) {
  const { process: last } = readDaemon(folder, name);
  if (isAlive(last)) return last.pid;
  const lines = fs.readFileSync(logFile(folder, name), 'utf8').trim().split('\n');
  throw new Error(`${name} has ended. Its last words, from ${logFile(folder, name)}:\n${lines.slice(-10).join('\n')}`);
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {Daemon}
 */
const readDaemon = (folder, name) => JSON.parse(fs.readFileSync(recordFile(folder, name), 'utf8'));

/**
 * @param {string} folder
 * @param {string} name
 */
const recordFile = (folder, name) => path.join(folder, `${name}.json`);

/**
 * @param {string} folder
 * @param {string} name
 */
const logFile = (folder, name) => path.join(folder, `${name}.log`);
