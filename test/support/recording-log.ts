import type { Logger } from '@mcp-gateway/platform/logging';
import { inspect } from 'node:util';
import { silent } from './postgres.js';

/** A log that records everything that it is given, before anything is redacted. */
export function recordingLog() {
  const lines: string[] = [];
  const write = (fields: object, text = '') =>
    void lines.push(`${text} ${inspect(fields, { depth: 10, showHidden: true })}`);
  const levels = { trace: write, debug: write, info: write, warn: write, error: write, fatal: write };
  const log = Object.assign(Object.create(silent) as Logger, { isLevelEnabled: () => true, ...levels });
  return { log, text: () => lines.join('\n') };
}
