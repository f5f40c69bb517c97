import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';
import { errors } from 'undici';
import { readLines } from '../../lines.js';
import { ApiError, apiError } from '../api/errors.js';
import type { ApiClient } from '../api/client.js';
import type { KubeList, KubeObject } from '../api/types.js';
import { type ObjectKind, apiPath } from '../api/paths.js';
import type { InformerStore } from './object-store.js';

interface Options {
  cluster: ApiClient;
  kind: ObjectKind;
  namespace: string;
  query: Record<string, string>;
  log: Logger;
  silenceMs?: number;
}

const PAGE = '500';
/** The server ends a watch after about this time, so that load moves to new API servers. */
const WATCH_SECONDS = 300;
/**
 * The server sends a bookmark every minute, except for events, of which it keeps no copy. After a longer silence the reflector opens
 * the watch again and so detects a dead connection.
 */
const SILENCE_MS = 150_000;

export interface Informer {
  readonly kind: ObjectKind;
  /** Why the store may be stale; null while the watch runs. */
  readonly problem: Error | null;
  /** Resolves after the first complete list. */
  readonly synced: Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

/** Lists the objects of one kind once and then watches them, so that the store mirrors the cluster (as in client-go). */
export class Reflector<T extends KubeObject> implements Informer {
  problem: Error | null = null;
  readonly kind: ObjectKind;
  readonly synced: Promise<void>;
  #synced: () => void = () => {};
  /** The resource version of the store; null before a list. */
  #version: string | null = null;
  #progress = false;

  constructor(
    private readonly store: InformerStore<T>,
    private readonly options: Options,
  ) {
    this.kind = options.kind;
    this.synced = new Promise((resolve) => (this.#synced = resolve));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { kind, log } = this.options;
    for (let failures = 0; !signal.aborted;) {
      this.#progress = false;
      let broke = false;
      try {
        this.#version ??= await this.#list(signal);
        this.#synced();
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        broke = true;
        if (isExpired(error)) this.#version = null;
        else if (!this.problem)
          log.warn({ err: error, objectKind: kind }, 'a watch broke; the informer opens it again');
        if (!isExpired(error)) this.problem = error as Error;
      }
      failures = countFailures(failures, { broke, progress: this.#progress });
      if (failures > 0) await delay(backoff(failures), undefined, { signal }).catch(() => {});
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { cluster, kind, namespace, query } = this.options;
    const items: T[] = [];
    let page: KubeList;
    let next = '';
    do {
      const parameters = { ...query, limit: PAGE, ...(next !== '' && { continue: next }) };
      page = (await cluster.call({
        method: 'GET',
        path: apiPath(kind, namespace),
        query: parameters,
        signal,
      })) as KubeList;
      items.push(...(page.items as T[]));
      next = page.metadata.continue ?? '';
    } while (next !== '');
    this.store.replaceAll(items, page.metadata.resourceVersion);
    return page.metadata.resourceVersion;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { cluster, kind, namespace, query, log, silenceMs = SILENCE_MS } = this.options;
    const seconds = Math.round(WATCH_SECONDS * (1 + Math.random()));
    const parameters = {
      ...query,
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(seconds),
      resourceVersion: this.#version ?? '',
    };
    const body = await cluster.stream(
      { method: 'GET', path: apiPath(kind, namespace), query: parameters, signal },
      silenceMs,
    );
    if (this.problem) log.info({ objectKind: kind }, 'the watch works again');
    this.problem = null;
    try {
      for await (const line of readLines(body)) this.#take(JSON.parse(line) as { type: string; object: T });
    } catch (error) {
      if (!isSilence(error)) throw error;
      this.#progress = true;
    }
  }

  #take({ type, object }: { type: string; object: T }): void {
    if (type === 'ERROR') throw apiError(500, object);
    if (type === 'DELETED') this.store.drop(object);
    else if (type !== 'BOOKMARK') this.store.put(object);
    this.#version = object.metadata.resourceVersion;
    this.#progress = true;
  }
}

/** The server no longer has the changes since this resource version. */
const isExpired = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 410 || error.reason === 'Expired');

const isSilence = (error: unknown): boolean => error instanceof errors.BodyTimeoutError;

const FIRST_MS = 200;
const MAX_MS = 5_000;

/** Failed attempts in a row, with the one that just ended. An attempt that made progress and then broke counts as the first. */
export const countFailures = (before: number, { broke, progress }: { broke: boolean; progress: boolean }): number => {
  if (progress) return broke ? 1 : 0;
  return before + 1;
};

/** Milliseconds until the next attempt: doubles up to five seconds; half of it is jitter, with `chance` from 0 to 1. */
export const backoff = (failures: number, chance = Math.random()): number =>
  failures === 0 ? 0 : Math.min(MAX_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + chance / 2);
