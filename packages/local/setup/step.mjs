import { interrupted, run } from './process.mjs';
import { showProgress } from './progress.mjs';

const KEPT_OUTPUT = 64 * 1024;
// Begins when it is told to, and not at all when the one that would have told it is gone.
const WHEN_TOLD = 'read -r go && exec "$@" </dev/null';

/** Ends the set-up with a sentence for the user instead of a stack. */
export class SetupError extends Error {}

/**
 * Runs a command and keeps its output back: nothing is shown when it is quick, one line with the time it takes when it
 * is long, its output and the advice when it fails.
 * @param {string} title
 * @param {readonly string[]} command
 * @param {{
 *   cwd: string,
 *   env: NodeJS.ProcessEnv,
 *   advice: (output: string) => string,
 *   remark?: (output: string, silentMs: number) => string | undefined,
 *   onSpawn: (child: import('node:child_process').ChildProcess) => void,
 * }} options `remark` says what it waits for, from its output and from how long it has been silent
 * @throws SetupError when it cannot be started or ends with anything but 0.
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
      onSpawn(child); // before it does anything: the lock has to know who is at work
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
