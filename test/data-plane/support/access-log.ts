import type { Logger } from '@mcp-gateway/platform/logging';
import { silent } from '../../support/postgres.js';

interface Line {
  level: string;
  text: string;
  [field: string]: unknown;
}

/** A log at level debug that records its lines; `ended` returns those of the access log. */
export function recordingLog() {
  const lines: Line[] = [];
  const write = (level: string) => (fields: object, text: string) => void lines.push({ level, text, ...fields });
  const log = Object.assign(Object.create(silent) as Logger, {
    isLevelEnabled: () => true,
    debug: write('debug'),
    warn: write('warn'),
  });
  return { log, ended: () => lines.filter(({ text }) => text.startsWith('request ')) };
}
