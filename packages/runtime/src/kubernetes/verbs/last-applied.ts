import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { KubeObject } from '../api/types.js';
import { differences } from '../objects/differences.js';
import type { Manifest, OwnedKind } from '../objects/manifest.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

interface Entry {
  manifests: Manifest[];
  /** Differences that the server made itself at the last apply: other spellings of quantities, and values that its policies set. */
  accepted: Map<OwnedKind, Set<string>>;
}

/**
 * Remembers what this process applied last, to detect changes by others. It may forget a resource at any time: the next `apply`
 * compares its objects again and writes only those that differ.
 */
export class LastApplied {
  readonly #entries = new Map<string, Entry>();

  remember(ref: ResourceRef, manifests: Manifest[], answers: ReadonlyMap<OwnedKind, KubeObject>): void {
    const before = this.#entries.get(resourceKey(ref))?.accepted;
    const accepted = manifests.map((manifest): [OwnedKind, Set<string>] => {
      const answer = answers.get(manifest.kind);
      return [
        manifest.kind,
        answer ? new Set(differences(withoutType(manifest), answer)) : (before?.get(manifest.kind) ?? new Set()),
      ];
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
    const found = objects.own.find(({ kind }) => kind === manifest.kind)?.object;
    if (!found) return true;
    const accepted = this.#entries.get(resourceKey(ref))?.accepted.get(manifest.kind);
    return differences(withoutType(manifest), found).some((difference) => !accepted?.has(difference));
  }
}

/** Objects in lists lack apiVersion and kind. */
const withoutType = ({ metadata, spec }: Manifest) => ({ metadata, spec });
