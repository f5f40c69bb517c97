import { isNativeError } from 'node:util/types';
import { stdSerializers } from 'pino';

/** Header and field names, in lower case, whose values never reach a log. */
const SECRETS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'mcp-session-id',
  'x-gateway-secret',
  'password',
  'environment',
  'environmentvariables',
]);

/** For pino's `redact`: what a child logger is made with does not come by the function below. */
export const secretPaths: string[] = [...SECRETS, 'environmentVariables'].map((name) => `["${name}"]`);

const REDACTED = '[Redacted]';
/** Also ends what refers to itself. */
const MAX_DEPTH = 10;

/** A copy for the log, without the values of what is secret by its name, however deep and in whatever case. */
export function redact(fields: object): Record<string, unknown> {
  return redactEntries(fields, 0);
}

function redactEntries(object: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      SECRETS.has(name.toLowerCase()) ? REDACTED : redactValue(value, depth + 1),
    ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (depth > MAX_DEPTH) return '[Too deep]';
  if (Array.isArray(value)) return value.map((each) => redactValue(each, depth + 1));
  return redactEntries(isNativeError(value) ? stdSerializers.err(value) : value, depth);
}
