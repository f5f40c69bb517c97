import { interrupted, run } from './process.mjs';
import { showProgress } from './progress.mjs';

const KEPT_OUTPUT = 64 * 1024;
// Starts the command only on a message from the parent, and not at all when the parent has died.
const WHEN_TOLD = 'read -r go && exec "$@" </dev/null';

/** Ends the set-up with a sentence for the user instead of a stack. */
export class SetupError extends Error {}

/**
 * Runs a command and holds its output back: a quick step shows nothing, a long step shows one line with its time,
 * a failed step shows its output and the advice.
 * @param {string} title
 * @param {readonly string[]} command
 * @param {{
 *   cwd: string,
 *   env: NodeJS.ProcessEnv,
 *   advice: (output: string) => string,
 *   remark?: (output: string, silentMs: number) => string | undefined,
 *   onSpawn: (child: import('node:child_process').ChildProcess) => void,
 * }} options `remark` says what the step waits for; it gets the output and the time since the last output
 * @throws SetupError when the command cannot start or ends with another code than 0.
 */
export async function step(title, [command = '', ...args], { cwd, env, advice, remark, onSpawn }) {
  let output = '';
  let heardAt = Date.now();
  const progress = showProgress(title, { remark: () => remark?.(output, Date.now() - heardAt) });
  const code = await run('sh', ['-c', WHEN_TOLD, 'sh', command, ...args], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    onSpawn(child) {
      onSpawn(child); // before the command does anything: the lock must know its pid
      child.stdin?.on('error', () => {}).end('go\n');
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text) => {
          heardAt = Date.now();
          output = (output + text).slice(-KEPT_OUTPUT);
        });
      }
    },
  }).catch((error) => {
    output += String(error);
    return 127;
  });

  if (code === 0 && !interrupted()) return progress.end();
  progress.end(interrupted() ? 'stopped' : 'failed');
  throw new SetupError(`\n${output.trim()}\n\n${advice(output)}`);
}
