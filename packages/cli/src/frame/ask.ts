import { createInterface } from 'node:readline/promises';
import { usageError } from './exit.js';
import { isInteractive, type Terminal } from './terminal.js';

/**
 * Asks before something is written.
 * @throws CliError (usage) when nobody is there to answer
 */
export async function confirm(question: string, terminal: Terminal, signal: AbortSignal): Promise<boolean> {
  if (!isInteractive(terminal)) throw usageError('Nobody is there to confirm this.', 'Add --yes to do it.');
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    lines.close();
  }
}
