import { comparable } from './comparable.js';
import type { Check, Report } from './report.js';

/** Every check that came out differently, or only in one of the two, in words. Empty when the runs are the same. */
export function differences(direct: Report, through: Report): string[] {
  const scenarios = [...new Set([...direct.keys(), ...through.keys()])];
  return scenarios.flatMap((scenario) => {
    const left = judged(direct.get(scenario));
    const right = judged(through.get(scenario));
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, i) => [left[i] ?? 'nothing', right[i] ?? 'nothing'] as const)
      .filter(([one, other]) => one !== other)
      .map(([one, other]) => `${scenario}:\n  directly ${one}\n  through the gateway ${other}`);
  });
}

/** What is only noted is not judged: which answer was on its way when a client left is a matter of time. */
const judged = (checks: readonly Check[] = []): string[] =>
  checks.filter(({ status }) => status !== 'INFO').map(comparable);
