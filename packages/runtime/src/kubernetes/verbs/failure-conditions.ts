import type { Failure } from '../../runtime.js';

/** A failure has causes that nobody tells us the end of: rights, policies, somebody else's object. */
const RETRY_MS = 10_000;

/** Why what was applied last was not accepted. Each failure is forgotten after a while, and then tried again. */
export class FailureConditions {
  readonly #failures = new Map<string, { failure: Failure; timer: NodeJS.Timeout }>();

  constructor(
    private readonly retry: (adapter: string) => void,
    private readonly retryMs = RETRY_MS,
  ) {}

  get(adapter: string): Failure | null {
    return this.#failures.get(adapter)?.failure ?? null;
  }

  set(adapter: string, failure: Failure): void {
    this.clear(adapter);
    const timer = setTimeout(() => {
      this.#failures.delete(adapter);
      this.retry(adapter);
    }, this.retryMs);
    timer.unref();
    this.#failures.set(adapter, { failure, timer });
  }

  clear(adapter: string): void {
    clearTimeout(this.#failures.get(adapter)?.timer);
    this.#failures.delete(adapter);
  }

  close(): void {
    for (const adapter of this.#failures.keys()) this.clear(adapter);
  }
}
