import { z } from 'zod';
import { closestMatch } from '@mcp-gateway/common/errors';
import { trafficFields } from './data-plane.js';
import { auditFields, callerFields, drainFields, serviceFields } from './fields.js';
import { fileVariable, withSecretFiles } from './secrets.js';

/** Start-up stops here, with a sentence for each variable that has to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Checks the environment once, at start-up.
 * An empty variable counts as absent, as it does in a shell's `${VAR:-default}`.
 * The value of a setting with `.meta({ secret: true })` may be in a file, which the variable `X_FILE` names.
 * @throws ConfigError naming every variable that is missing or wrong.
 */
export function readConfig<T extends z.ZodType>(
  schema: T,
  environment: Record<string, string | undefined>,
): z.infer<T> {
  const present = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );
  const { values, faults } = withSecretFiles(schema, present);
  const result = schema.safeParse(values);
  if (result.success && faults.length === 0) return result.data;
  const issues = (result.error?.issues ?? []).flatMap(({ path, message }) => {
    const variable = path.join('.');
    const isFromFile = present[fileVariable(variable)] !== undefined;
    if (values[variable] === undefined) {
      return isFromFile ? [] : `${variable} is required: ${describe(schema, variable)}`;
    }
    return isFromFile ? `The content of ${fileVariable(variable)} ${message}` : `${variable} ${message}`;
  });
  throw new ConfigError([...faults, ...issues].join('\n'));
}

function describe(schema: z.ZodType, variable: string): string {
  const field = schema instanceof z.ZodObject ? (schema.shape[variable] as z.ZodType | undefined) : undefined;
  return field?.description ?? 'see docs/configuration.md';
}

const PREFIX = 'MCP_GATEWAY_';
const isSetting = (name: string) => name.startsWith(PREFIX);

/** All settings with the prefix, of whichever service: one environment may serve several. docs/configuration.md lists them. */
const SETTINGS = [
  ...Object.keys({ ...serviceFields, ...callerFields, ...auditFields, ...drainFields, ...trafficFields }).filter(
    isSetting,
  ),
  'MCP_GATEWAY_ANNOUNCED_HOST',
  'MCP_GATEWAY_CATALOGUE',
  'MCP_GATEWAY_DATA',
  'MCP_GATEWAY_TLS_CLIENT_CA_FILE',
  'MCP_GATEWAY_API_KEY_MAX_DAYS',
  'MCP_GATEWAY_CREDENTIALS_DIR',
  ...[
    'MCP_GATEWAY_API_KEY_PEPPERS',
    'MCP_GATEWAY_SESSION_KEYS',
    'MCP_GATEWAY_INTERNAL_SECRETS',
    'MCP_GATEWAY_IDENTITY_KEYS',
  ].flatMap((name) => [name, fileVariable(name)]),
];

/** Names that the gateway gives to what it starts, and those of tests. */
const OWN = /^MCP_GATEWAY_(INSTANCE|CHILD_GUARD|REPLICA|TEST_\w+)$/;
/** Variables that Kubernetes and Docker set for a service called `mcp-gateway`. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;
const SERVICE_URL = /^(tcp|udp|sctp):\/\//;

/**
 * One sentence for each variable that looks like a setting of the gateway and is none, with the setting that was probably
 * meant. The sentences do not have the values, which may be secret.
 * @param own names of further settings that the caller reads
 */
export function unknownVariables(
  environment: Record<string, string | undefined>,
  own: readonly string[] = [],
): string[] {
  const settings = [...SETTINGS, ...own.filter(isSetting)];
  const suffixes = settings.map((name) => name.slice(PREFIX.length));
  const withoutPrefix = new Set(own.filter((name) => !isSetting(name)));
  return Object.entries(environment).flatMap(([name, value = '']) => {
    if (!isSetting(name.toUpperCase()) || settings.includes(name) || OWN.test(name)) return [];
    if (SERVICE_LINK.test(name) || SERVICE_URL.test(value)) return [];
    const suffix = name.slice(PREFIX.length);
    const near = closestMatch(suffix, suffixes);
    const meant = withoutPrefix.has(suffix) ? suffix : near && PREFIX + near;
    const advice = meant ? `did you mean ${meant}?` : 'docs/configuration.md lists the settings.';
    return [`${name} is not a setting of the gateway and has no effect; ${advice}`];
  });
}
