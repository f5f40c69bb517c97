import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { KubeObject } from '../api/types.js';
import type { Manifest } from '../objects/manifest.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

/** Which of the objects of a resource it is: a tool has two Services. */
export const keyOf = ({ kind, metadata }: { kind: string; metadata: { name: string } }): string =>
  `${kind}/${metadata.name}`;

interface Entry {
  manifests: Manifest[];
  /** Differences that the server made itself at the last apply: other spellings of quantities, and values that its policies set. */
  accepted: Map<string, Set<string>>;
}

/**
 * Remembers what this process applied last, to detect changes by others. It may forget a resource at any time: the next `apply`
 * compares its objects again and writes only those that differ.
 */
export class LastApplied {
  readonly #entries = new Map<string, Entry>();

  remember(ref: ResourceRef, manifests: Manifest[], answers: ReadonlyMap<string, KubeObject>): void {
    const before = this.#entries.get(resourceKey(ref))?.accepted;
    const accepted = manifests.map((manifest): [string, Set<string>] => {
      const key = keyOf(manifest);
      const answer = answers.get(key);
      return [key, answer ? new Set(differences(withoutType(manifest), answer)) : (before?.get(key) ?? new Set())];
    });
    this.#entries.set(resourceKey(ref), { manifests, accepted: new Map(accepted) });
  }

  forget(ref: ResourceRef): void {
    this.#entries.delete(resourceKey(ref));
  }

  /** True when every object is as this process applied it. */
  isCurrent(ref: ResourceRef, objects: WorkloadObjects): boolean {
    const entry = this.#entries.get(resourceKey(ref));
    return (
      entry !== undefined &&
      objects.own.length === entry.manifests.length &&
      entry.manifests.every((manifest) => !this.differs(ref, manifest, objects))
    );
  }

  /** True when the object is missing or differs from the manifest. */
  differs(ref: ResourceRef, manifest: Manifest, objects: WorkloadObjects): boolean {
    const key = keyOf(manifest);
    const found = objects.own.find(({ kind, object: { metadata } }) => keyOf({ kind, metadata }) === key)?.object;
    if (!found) return true;
    const accepted = this.#entries.get(resourceKey(ref))?.accepted.get(key);
    return differences(withoutType(manifest), found).some((difference) => !accepted?.has(difference));
  }
}

/** Objects in lists lack apiVersion and kind. */
const withoutType = ({ metadata, spec }: Manifest) => ({ metadata, spec });

/**
 * Atomic fields (`x-kubernetes-map-type` and `x-kubernetes-list-type: atomic`) to which the server adds nothing: one manager owns the
 * whole field, and an apply removes what others added. The other atomic fields are lists of plain values.
 */
const ATOMIC = new Set(['selector', 'podSelector', 'namespaceSelector', 'labelSelector', 'nodeSelector', 'ingress']);

/**
 * Lists where an object differs from the manifest: JSON pointers with the values found. A field that another manager added or that
 * the server defaulted is a difference only inside an atomic field.
 */
export function differences(wanted: unknown, found: unknown, at = '', whole = false): string[] {
  if (Array.isArray(wanted)) return differentItems(wanted, found, at, whole);
  if (!isObject(wanted)) return Object.is(wanted, found) ? [] : [`${at}=${JSON.stringify(found)}`];
  const there = isObject(found) ? found : {};
  const added = whole ? Object.keys(there).filter((key) => !Object.hasOwn(wanted, key)) : [];
  return [...Object.keys(wanted), ...added].flatMap((key) => {
    const value = wanted[key];
    // The server omits empty values.
    if (there[key] === undefined && isEmpty(value)) return [];
    return differences(value, there[key], `${at}/${key}`, whole || ATOMIC.has(key));
  });
}

/** Matches named items by name, because another manager may add items; compares other lists as a whole. */
function differentItems(wanted: unknown[], found: unknown, at: string, whole: boolean): string[] {
  if (!Array.isArray(found)) return [`${at}=${JSON.stringify(found)}`];
  if (wanted.length > 0 && wanted.every(isNamed)) {
    return wanted.flatMap((item) =>
      differences(
        item,
        found.find((other) => isNamed(other) && other.name === item.name),
        `${at}/${item.name}`,
        whole,
      ),
    );
  }
  if (wanted.length !== found.length) return [`${at}=${JSON.stringify(found)}`];
  return wanted.flatMap((item, index) => differences(item, found[index], `${at}/${index}`, whole));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: unknown): value is { name: string } => isObject(value) && typeof value['name'] === 'string';
const isEmpty = (value: unknown): boolean =>
  value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
