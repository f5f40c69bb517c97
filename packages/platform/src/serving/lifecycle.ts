import { ConfigError } from '../config/read.js';
import { endingText, escapeControls, type Logger } from '../logging.js';

const SHUTDOWN_MS = 10_000;

/**
 * Ends the process in order on a signal (SIGTERM, SIGINT, SIGHUP) or when the process that started it with an IPC
 * channel is gone, however that ended. Steps run last to first, and all of them together have ten seconds and `drainMs`.
 */
export function shutdownOn(
  log: Logger,
  { drainMs = 0 } = {},
): {
  defer(step: () => Promise<unknown> | void): void;
  shutdown(): Promise<never>;
  isEnding(): boolean;
} {
  const steps: (() => Promise<unknown> | void)[] = [];
  let ending: Promise<never> | undefined;

  async function end(): Promise<never> {
    const deadline = setTimeout(() => {
      log.error('shutdown took too long; leaving');
      process.exit(1);
    }, SHUTDOWN_MS + drainMs);
    deadline.unref();
    for (const step of steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        log.warn({ err: error }, 'a shutdown step failed');
      }
    }
    await new Promise<void>((resolve) => log.flush(() => resolve()));
    process.exit(process.exitCode ?? 0);
  }
  const shutdown = () => (ending ??= end());

  process.on('SIGTERM', () => void shutdown());
  process.on('SIGINT', () => void shutdown());
  process.on('SIGHUP', () => void shutdown());
  if (process.connected) process.on('disconnect', () => void shutdown());
  else if (process.send) void shutdown(); // the channel closed before this process got here
  return { defer: (step) => void steps.push(step), shutdown, isEnding: () => ending !== undefined };
}

/**
 * Runs a service's main function and tells the process that started it, if that listens, when the service is ready.
 * A configuration that is wrong ends it with sentences instead of a stack.
 */
export function runMain(main: () => Promise<void>): void {
  main().then(
    () => process.send?.({ ready: true }),
    (error: unknown) => {
      console.error(error instanceof ConfigError ? escapeControls(error.message) : endingText(error));
      process.exit(1);
    },
  );
}
