import type { Catalogue } from '../catalog/catalogue.js';
import { KINDS, type Kind, type Views } from '../catalog/view.js';
import type { Caller } from './caller.js';

/** A client that is told when a list changes. */
export interface Follower {
  caller(): Caller;
  /** By kind, the fingerprint of the list that the client has, or could have read last. */
  seen: Map<Kind, string>;
  tell(kind: Kind): void;
  /** Called after every change of what is listed, by whom, or for whom. */
  checked?(): void;
}

/** Tells each client, once, when a list that it may see has changed; a change elsewhere announces nothing to it. */
export class Announcements {
  readonly #followers = new Set<Follower>();

  constructor(
    catalogue: Catalogue,
    private readonly views: Views,
  ) {
    catalogue.onChange(() => {
      for (const follower of this.#followers) {
        this.#tellChanges(follower);
        follower.checked?.();
      }
    });
  }

  /** @returns ends it */
  follow(follower: Follower): () => void {
    const view = this.#viewOf(follower.caller());
    for (const kind of KINDS) if (!follower.seen.has(kind)) follower.seen.set(kind, view.fingerprint(kind));
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  #viewOf = ({ principal, resource }: Caller) => this.views.of(principal, resource);

  #tellChanges({ caller, seen, tell }: Follower): void {
    const view = this.#viewOf(caller());
    const changed = KINDS.filter((kind) => seen.get(kind) !== view.fingerprint(kind));
    for (const kind of changed) seen.set(kind, view.fingerprint(kind));
    // Resources and their templates share one notification.
    const told = changed.filter((kind) => kind !== 'templates' || !changed.includes('resources'));
    for (const kind of told) tell(kind);
  }
}
