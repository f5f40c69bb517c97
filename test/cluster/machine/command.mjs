import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** Ends the running commands, so that their promises reject. */
export function endCommands() {
  for (const child of running) child.kill();
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, timeout?: number }} [options] timeout in milliseconds
 * @returns {Promise<string>} standard output
 * @throws Error with standard error
 */
export async function run(command, args, { input, ...options } = {}) {
  const ended = promisify(execFile)(command, [...args], { maxBuffer: MAX_OUTPUT_BYTES, ...options });
  running.add(ended.child);
  ended.child.stdin?.on('error', () => {}).end(input); // the command may end without reading it
  try {
    return (await ended).stdout;
  } catch (error) {
    const { stderr = '', message, killed } = /** @type {Error & { stderr?: string, killed?: boolean }} */ (error);
    const reason = stderr.trim() || message;
    throw new Error(`${command} ${args.join(' ')}${killed ? ' took too long or was stopped' : ' failed'}: ${reason}`, {
      cause: error,
    });
  } finally {
    running.delete(ended.child);
  }
}

/**
 * @param {Record<string, string>} values
 * @returns {string[]} `--name=value` for each
 */
export const flags = (values) => Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/**
 * Prints the title before the work starts, and the time that the work took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 */
export async function timed(title, work) {
  const started = performance.now();
  process.stderr.write(`${title} …\n`);
  const result = await work();
  process.stderr.write(`${title}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return result;
}
