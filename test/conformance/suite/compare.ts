import { comparable } from './comparable.js';
import type { Report } from './report.js';

/** Every check that came out differently, or only in one of the two, in words. Empty when the runs are the same. */
export function differences(direct: Report, through: Report): string[] {
  const scenarios = [...new Set([...direct.keys(), ...through.keys()])];
  return scenarios.flatMap((scenario) => {
    const left = (direct.get(scenario) ?? []).map(comparable);
    const right = (through.get(scenario) ?? []).map(comparable);
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, i) => [left[i] ?? 'nothing', right[i] ?? 'nothing'] as const)
      .filter(([one, other]) => one !== other)
      .map(([one, other]) => `${scenario}:\n  directly ${one}\n  through the gateway ${other}`);
  });
}
