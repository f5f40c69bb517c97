import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';

/** The processes of this machine, without zombies. */
function living(): { pid: number; group: number }[] {
  return execFileSync('ps', ['-eo', 'pid=,pgid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => state && !state.startsWith('Z'))
    .map(([pid, group]) => ({ pid: Number(pid), group: Number(group) }));
}

export function groupMembers(group: number): number[] {
  return living()
    .filter((each) => each.group === group)
    .map(({ pid }) => pid);
}

/** The processes of the list that still run. */
export function stillLiving(pids: readonly number[]): number[] {
  const now = new Set(living().map(({ pid }) => pid));
  return pids.filter((pid) => now.has(pid));
}

const HERE = fileURLToPath(new URL('.', import.meta.url));

const modules: ChildProcess[] = [];
afterEach(async () => {
  for (const child of modules.splice(0)) if (child.kill('SIGKILL')) await once(child, 'exit');
});

/** Runs the text as a module of this package in a separate Node until the end of the test, and waits for its first line. */
export async function runModule(text: string): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', text],
    {
      cwd: HERE,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  modules.push(child);
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { child, line: line.trim() };
}
