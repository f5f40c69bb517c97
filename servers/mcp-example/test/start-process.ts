import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Lets Node run the sources: Node strips their types, but their imports name the compiled files. */
const RESOLVE_SOURCES = `data:text/javascript,
  import { registerHooks } from 'node:module';
  const source = (specifier) => specifier.startsWith('.') ? specifier.replace(/\\.js$/, '.ts') : specifier;
  registerHooks({
    resolve: (specifier, context, next) =>
      next(context.parentURL?.includes('/node_modules/') ? specifier : source(specifier), context),
  });`;

const NODE_COMPILE_CACHE = fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url));

/** main.ts as a process of its own. */
export function startProcess(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', RESOLVE_SOURCES, MAIN], {
    env: { NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Collects its output until it has printed a line or has ended. */
export async function firstLine(child: ChildProcess, stream: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const chunk of child[stream] ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.trim();
}

export async function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, signal: child.signalCode };
}
