import { pino, type Logger } from 'pino';

export type { Logger };

/** Header and field names whose values never reach a log. */
const SECRETS = ['authorization', 'cookie', 'mcp-session-id', 'x-gateway-secret', 'password', 'environmentVariables'];

/** JSON lines on standard error, so that standard output stays free for what a command prints for people. */
export function createLogger(service: string, level: string): Logger {
  return pino(
    {
      level,
      base: { service },
      redact: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
