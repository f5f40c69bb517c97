import { pino, type Logger } from 'pino';
import { escapeControls } from './escape-controls.js';
import { redact, secretPaths } from './redact.js';

export { escapeControls, escapedControls } from './escape-controls.js';
export type { Logger };

/**
 * JSON lines on standard error, so that standard output stays free for what a command prints for people. A terminal acts on nothing in
 * them, whoever has sent it.
 */
export function createLogger(service: string, level: string): Logger {
  return pino(
    {
      level,
      base: { service },
      formatters: { level: (label) => ({ level: label }), log: redact },
      redact: secretPaths,
      serializers: { err: (error: unknown) => error }, // redacted and serialized already
      hooks: { streamWrite: escapeControls },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    // Without a minimum, `flush` would not wait for what is being written.
    pino.destination({ fd: 2, sync: false, minLength: 1 }),
  );
}
