import { comparable } from './comparable.js';
import type { Check, Report } from './report.js';

/** Describes every check whose result differs, or that only one run has. Empty when the runs are the same. */
export function differences(direct: Report, through: Report): string[] {
  const scenarios = [...new Set([...direct.keys(), ...through.keys()])];
  return scenarios.flatMap((scenario) => {
    const left = results(direct.get(scenario));
    const right = results(through.get(scenario));
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, i) => [left[i] ?? 'nothing', right[i] ?? 'nothing'] as const)
      .filter(([one, other]) => one !== other)
      .map(([one, other]) => `${scenario}:\n  directly ${one}\n  through the gateway ${other}`);
  });
}

/** Ignores notes: timing decides which answer was on its way when a client disconnected. */
const results = (checks: readonly Check[] = []): string[] =>
  checks.filter(({ status }) => status !== 'INFO').map(comparable);
