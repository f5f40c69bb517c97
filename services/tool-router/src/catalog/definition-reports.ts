import { createHash } from 'node:crypto';
import {
  type DefinitionReport,
  type PublishedLock,
  resourceKey,
  type ResourceRef,
  type Route,
} from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Listing } from '../sources/source.js';
import { reportOf } from './definition-lock.js';

/** Takes reports at the control plane. It rejects while it cannot be reached. */
export type SendReport = (report: DefinitionReport) => Promise<void>;

/** Between two reports of one source, however often it changes. */
const PAUSE_MS = 2_000;
const RETRY_MS = 15_000;
/** What has not changed is reported again: the database may have been restored. */
const REPEAT_MS = 10 * 60_000;

interface Reporting {
  /** What the source gave last. */
  latest?: { route: Route; listing: Listing; lock: PublishedLock | undefined };
  /** Of what was reported last. */
  sent?: { digest: string; at: number };
  /** A report or a pause is under way. */
  isBusy: boolean;
  hasFailed: boolean;
}

/** Tells the control plane what sources define: once for each change, and again until it has been told. */
export class DefinitionReports {
  readonly #sources = new Map<string, Reporting>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isClosed = false;

  constructor(
    private readonly send: SendReport,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** @param route of the source; without one there is nothing to report on */
  tell(route: Route | undefined, listing: Listing, lock: PublishedLock | undefined): void {
    if (!route || this.#isClosed) return;
    const key = resourceKey(route);
    const reporting = this.#sources.get(key) ?? { isBusy: false, hasFailed: false };
    this.#sources.set(key, reporting);
    reporting.latest = { route, listing, lock };
    if (!reporting.isBusy) void this.#report(reporting);
  }

  forget(ref: ResourceRef): void {
    const reporting = this.#sources.get(resourceKey(ref));
    if (reporting) delete reporting.latest;
    this.#sources.delete(resourceKey(ref));
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #report(reporting: Reporting): Promise<void> {
    const { latest, sent } = reporting;
    if (!latest || this.#isClosed) return;
    delete reporting.latest;
    const { kind, name, resourceId } = latest.route;
    const report = { kind, name, resourceId, definitions: reportOf(latest.listing, latest.lock) };
    const digest = createHash('sha256').update(JSON.stringify(report)).digest('base64');
    if (sent?.digest === digest && this.now() - sent.at < REPEAT_MS) return;
    reporting.isBusy = true;
    let pause = PAUSE_MS;
    try {
      await this.send(report);
      reporting.sent = { digest, at: this.now() };
      reporting.hasFailed = false;
    } catch (error) {
      const source = resourceKey(latest.route);
      if (!reporting.hasFailed) this.log.warn({ source, err: error }, 'definitions of the source were not reported');
      reporting.hasFailed = true;
      reporting.latest ??= latest;
      pause = RETRY_MS;
    }
    this.#after(pause, () => {
      reporting.isBusy = false;
      void this.#report(reporting);
    });
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms).unref();
    this.#timers.add(timer);
  }
}
