import { SourceError, type OnUpdate } from '../source.js';

/** Of one session, or of one stream of a caller. */
const MAX_FOLLOWED = 1_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** Before an attempt is repeated. */
export const retryMs = (failures: number): number => Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
const isPartOf = (uri: string, whole: string): boolean =>
  uri.startsWith(whole) && (whole.endsWith('/') || '/?#'.includes(uri.charAt(whole.length)));

/** The resources that are followed over one session or stream, with who is told. */
export class Followed {
  readonly #told = new Map<string, Set<OnUpdate>>();

  get uris(): string[] {
    return [...this.#told.keys()];
  }

  /** @throws SourceError when there are too many */
  add(uri: string, onUpdate: OnUpdate): void {
    const told = this.#told.get(uri) ?? new Set();
    if (told.size === 0 && this.#told.size >= MAX_FOLLOWED) {
      throw new SourceError(`at most ${MAX_FOLLOWED} resources of a server can be followed at once`);
    }
    this.#told.set(uri, told.add(onUpdate));
  }

  /** @returns whether nobody follows the resource any more */
  remove(uri: string, onUpdate: OnUpdate): boolean {
    const told = this.#told.get(uri);
    if (!told?.delete(onUpdate) || told.size > 0) return false;
    return this.#told.delete(uri);
  }

  /** An update may be of a part of what was subscribed to (MCP 2025-11-25, schema, ResourceUpdatedNotification). */
  tell(params: Record<string, unknown>): void {
    const uri = String(params['uri']);
    for (const [followed, told] of this.#told) {
      if (uri !== followed && !isPartOf(uri, followed)) continue;
      for (const onUpdate of told) onUpdate(params);
    }
  }
}
