import { changesBetween } from '../commands/apply-plan.js';
import { type Fields, type Kind, specOf } from '../commands/kinds.js';
import type { ImportedResource, ImportPlan } from './plan.js';

/** What is to happen to a resource: one of the same name stays, unless it is to be replaced. */
export type Fate = 'new' | 'replace' | 'stays' | 'unchanged';

/** @param now the resource of this name; undefined when there is none, or none is seen */
export function fateOf({ spec }: ImportedResource, kind: Kind, now: Fields | undefined, replace: boolean): Fate {
  if (now === undefined) return 'new';
  // What the file does not have gets its default, which the gateway fills in.
  const isSame = Object.keys(spec).every(
    (field) => field === 'name' || changesBetween(specOf(kind, now)[field], spec[field]).length === 0,
  );
  if (isSame && spec['quota'] === undefined) return 'unchanged';
  return replace ? 'replace' : 'stays';
}

const MARKS: Record<Fate, { sign: string; more: string }> = {
  new: { sign: '+', more: '' },
  replace: { sign: '~', more: ' exists and is replaced' },
  stays: { sign: '=', more: ' exists and stays as it is (--replace)' },
  unchanged: { sign: '=', more: ' exists already, unchanged' },
};

/** The plan for people: what becomes of what, and what does not and why. Without fates, all is new. */
export function planText(
  { resources, skipped }: ImportPlan,
  fates: readonly Fate[] = resources.map(() => 'new'),
): string {
  const made = resources.flatMap(({ kind, spec, from, notes }, at) => {
    const { sign, more } = MARKS[fates[at] ?? 'new'];
    const what = `${kind} ${spec.name}`;
    return [`  ${sign} ${what}${from === what ? '' : `  (${from})`}${more}`, ...notes.map((note) => `      ! ${note}`)];
  });
  const left = skipped.flatMap(({ from, why }) => [`  - ${from}`, `      ${why}`]);
  const count = toDo(fates);
  const heading = count > 0 ? `${count} to register:` : `Nothing to register${made.length > 0 ? ':' : '.'}`;
  return [heading, ...made, ...(left.length > 0 ? ['', `${skipped.length} not imported:`, ...left] : []), ''].join(
    '\n',
  );
}

/** How many resources are written. */
export const toDo = (fates: readonly Fate[]): number =>
  fates.filter((fate) => fate === 'new' || fate === 'replace').length;
