import type { ImportPlan } from './plan.js';

/** The plan for people: what becomes of what, and what does not and why. */
export function planText({ resources, skipped }: ImportPlan): string {
  const made = resources.flatMap(({ kind, spec, from, notes }) => [
    `  + ${kind} ${spec.name}  (${from})`,
    ...notes.map((note) => `      ! ${note}`),
  ]);
  const left = skipped.flatMap(({ from, why }) => [`  - ${from}`, `      ${why}`]);
  return [
    ...(made.length > 0 ? [`${resources.length} to register:`, ...made] : ['Nothing to register.']),
    ...(left.length > 0 ? ['', `${skipped.length} not imported:`, ...left] : []),
    '',
  ].join('\n');
}
