import { type BRIDGE_VARIABLES, misspeltBridgeVariable } from '@mcp-gateway/common/contracts';
import { split } from 'shlex';
import { z } from 'zod';

/** The settings are wrong; the message says which, and what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Target =
  { kind: 'stdio'; command: string; args: string[] } | { kind: 'remote'; url: URL; headers: Record<string, string> };

export interface Settings {
  port: number;
  host: string;
  target: Target;
  /** One child for each session, or one child for all of them. */
  mode: 'session' | 'shared';
  /** How many children may run at once, and how many sessions of a remote server of the older transport. */
  maxSessions: number;
  idleMs: number;
  /** From the start of a child to its answer to `initialize`. */
  startMs: number;
  requestMs: number;
  maxMessageBytes: number;
}

const seconds = (fallback: number) => z.coerce.number().int().min(1).max(604_800).default(fallback);
const fields = {
  PORT: z.coerce.number().int().min(0).max(65_535).default(8000),
  HOST: z.string().default('127.0.0.1'),
  MCP_COMMAND: z.string().optional(),
  MCP_ARGS: z.string().optional(),
  MCP_PROXY_URL: z.string().optional(),
  MCP_PROXY_HEADERS: z.string().optional(),
  MCP_BRIDGE_MODE: z.enum(['session', 'shared']).default('session'),
  MCP_BRIDGE_MAX_SESSIONS: z.coerce.number().int().min(1).max(10_000).default(100),
  MCP_BRIDGE_IDLE_SECONDS: seconds(1_800),
  MCP_BRIDGE_START_SECONDS: seconds(120),
  MCP_BRIDGE_REQUEST_SECONDS: seconds(3_600),
  MCP_BRIDGE_MAX_MESSAGE_BYTES: z.coerce.number().int().min(1_024).max(268_435_456).default(67_108_864),
} satisfies Record<'PORT' | 'HOST' | (typeof BRIDGE_VARIABLES)[number], z.ZodType>;
const Variables = z.object(fields);
type Variables = z.infer<typeof Variables>;

/** Sentences about names that look like settings of the bridge and are none, so that a misspelt one is noticed. */
export const unknownSettings = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env).flatMap((name) => {
    const meant = misspeltBridgeVariable(name);
    if (meant !== undefined) return `${name} is no setting; did you mean ${meant}?`;
    const isUnknown = /^MCP_(BRIDGE|PROXY|COMMAND|ARG)/.test(name) && !OWN_VARIABLES.has(name);
    return isUnknown ? `${name} is no setting; docs/servers.md lists them` : [];
  });

/** The variables that are the bridge's own; its children do not get them. */
export const OWN_VARIABLES: ReadonlySet<string> = new Set(Object.keys(Variables.shape));

/**
 * @param argv the command after the program's own name; it takes precedence over MCP_COMMAND
 * @throws SettingsError
 */
export function readSettings(env: NodeJS.ProcessEnv, argv: readonly string[]): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SettingsError(`${String(issue?.path[0])} is wrong: ${issue?.message}. See docs/servers.md.`);
  }
  const variables = parsed.data;
  const target = targetOf(variables, argv);
  if (!target) throw new SettingsError(withoutTarget(env));
  return {
    port: variables.PORT,
    host: variables.HOST,
    target,
    mode: variables.MCP_BRIDGE_MODE,
    maxSessions: variables.MCP_BRIDGE_MAX_SESSIONS,
    idleMs: variables.MCP_BRIDGE_IDLE_SECONDS * 1000,
    startMs: variables.MCP_BRIDGE_START_SECONDS * 1000,
    requestMs: variables.MCP_BRIDGE_REQUEST_SECONDS * 1000,
    maxMessageBytes: variables.MCP_BRIDGE_MAX_MESSAGE_BYTES,
  };
}

/** Undefined when there is none. */
function targetOf(variables: Variables, [command, ...args]: readonly string[]): Target | undefined {
  const { MCP_COMMAND, MCP_ARGS, MCP_PROXY_URL, MCP_PROXY_HEADERS } = variables;
  if (command !== undefined) return { kind: 'stdio', command, args };
  if (MCP_COMMAND !== undefined && MCP_PROXY_URL !== undefined) {
    throw new SettingsError('MCP_COMMAND and MCP_PROXY_URL are both set. Set one of them.');
  }
  if (MCP_PROXY_URL !== undefined) {
    return { kind: 'remote', url: urlOf(MCP_PROXY_URL), headers: headersOf(MCP_PROXY_HEADERS) };
  }
  if (MCP_COMMAND === undefined) return undefined;
  return { kind: 'stdio', command: MCP_COMMAND.trim(), args: argumentsOf(MCP_ARGS ?? '') };
}

function withoutTarget(env: NodeJS.ProcessEnv): string {
  const name = Object.keys(env).find((each) => /^MCP_(COMMAND|PROXY_URL)$/.test(misspeltBridgeVariable(each) ?? ''));
  if (name !== undefined)
    return `MCP_COMMAND is not set, but ${name} is. Did you mean ${misspeltBridgeVariable(name)}?`;
  return 'MCP_COMMAND is not set. Set it, and MCP_ARGS, to run a stdio server, or set MCP_PROXY_URL to forward to a remote server.';
}

/**
 * A JSON array of strings, or one string that is split as a POSIX shell splits words: by spaces, except in quotes; nothing is
 * expanded.
 * @throws SettingsError
 */
export function argumentsOf(text: string): string[] {
  if (text.trimStart().startsWith('[')) {
    const list = z.array(z.string()).safeParse(parsedJson(text));
    if (list.success) return list.data;
    throw new SettingsError(
      'MCP_ARGS begins with "[" but is not a JSON array of strings, such as ["-y", "my server"].',
    );
  }
  try {
    return split(text);
  } catch {
    throw new SettingsError('MCP_ARGS has a quote or a backslash without its end. Add the end, or write a JSON array.');
  }
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password) return url;
  throw new SettingsError(
    'MCP_PROXY_URL must be an http or https URL without user name and password; put credentials into MCP_PROXY_HEADERS.',
  );
}

function headersOf(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  const headers = z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\t -~]*$/)).safeParse(parsedJson(text));
  if (headers.success) {
    return Object.fromEntries(Object.entries(headers.data).map(([name, value]) => [name.toLowerCase(), value]));
  }
  throw new SettingsError('MCP_PROXY_HEADERS must be a JSON object of headers, such as {"Authorization": "Bearer …"}.');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
