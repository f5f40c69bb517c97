import { z } from 'zod';
import { usageError } from './exit.js';

const GatewayUrl = z.url({
  protocol: /^https?$/,
  error: 'must be an http or https URL, such as https://mcp.example.com',
});

/**
 * One gateway in the file of contexts and how to sign in there. `login` is what `mcp-gateway login` has stored;
 * `apiKeyFile` names a file with an API key.
 */
export const Context = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, 'must have letters, digits, dots, dashes and underscores only, at most 64'),
  gateway: GatewayUrl,
  apiKeyFile: z.string().optional(),
  /** Of development sign-in. */
  as: z.string().optional(),
  roles: z.string().optional(),
  login: z.record(z.string(), z.unknown()).optional(),
});
export type Context = z.infer<typeof Context>;

/** The file of contexts. */
export const Contexts = z.strictObject({
  current: z.string().optional(),
  contexts: z.array(Context).default([]),
});
export type Contexts = z.infer<typeof Contexts>;

/** The flags and variables that say which gateway to call, and as whom. */
export interface Wanted {
  /** --gateway */
  gateway?: string | undefined;
  /** --context */
  context?: string | undefined;
  /** --as and --roles, of development sign-in. */
  as?: string | undefined;
  roles?: string | undefined;
  variables: {
    /** MCP_GATEWAY_URL */
    gateway?: string | undefined;
    /** MCP_GATEWAY_CONTEXT */
    context?: string | undefined;
    /** MCP_GATEWAY_API_KEY */
    apiKey?: string | undefined;
    /** MCP_GATEWAY_API_KEY_FILE */
    apiKeyFile?: string | undefined;
    /** MCP_GATEWAY_TOKEN */
    token?: string | undefined;
    /** MCP_GATEWAY_TOKEN_FILE */
    tokenFile?: string | undefined;
  };
}

/** How a command signs in. */
export type SignIn =
  | { kind: 'development'; as?: string | undefined; roles?: string | undefined }
  | { kind: 'api-key'; key: string }
  | { kind: 'api-key-file'; file: string }
  | { kind: 'token'; token: string }
  | { kind: 'token-file'; file: string }
  /** `login` of this context. */
  | { kind: 'login'; context: Context };

/** The gateway that a command calls. */
export interface Target {
  gateway: string;
  signIn: SignIn;
  /** The context that it comes from, if any. */
  context?: Context | undefined;
}

/** Where `npm start` listens. */
const DEFAULT_GATEWAY = 'http://127.0.0.1:8000';

/**
 * Which gateway, and as whom. Flags come before variables, variables before the current context.
 * A secret of a context goes to the gateway of that context only. Secrets in variables are for what variables or --gateway
 * choose; with --context, the context alone counts.
 * @throws CliError (usage) for a context that does not exist, and a URL that is none
 */
export function chooseTarget({ variables, ...flags }: Wanted, { current, contexts }: Contexts): Target {
  const name =
    flags.context ??
    (flags.gateway === undefined
      ? (variables.context ?? (variables.gateway === undefined ? current : undefined))
      : undefined);
  const named = name === undefined ? undefined : contextOf(name, contexts);
  const url = flags.gateway ?? (flags.context === undefined ? variables.gateway : undefined);
  const gateway = normalized(url ?? named?.gateway ?? DEFAULT_GATEWAY);
  const context =
    named && normalized(named.gateway) === gateway
      ? named
      : contexts.find((each) => normalized(each.gateway) === gateway);
  const signIn = (flags.context === undefined ? signInOfVariables(variables) : undefined) ?? signInOfContext(context);
  return { gateway, context, signIn: asDeveloper(signIn, flags) };
}

function contextOf(name: string, contexts: readonly Context[]): Context {
  const found = contexts.find((each) => each.name === name);
  if (found) return found;
  const known = contexts.map((each) => each.name).join(', ') || 'none';
  throw usageError(
    `There is no context "${name}"; there are: ${known}.`,
    'Add it with `mcp-gateway contexts set NAME --gateway URL`.',
  );
}

/** Without a slash at its end. */
function normalized(url: string): string {
  const parsed = GatewayUrl.safeParse(url);
  if (!parsed.success)
    throw usageError(`"${url}" is not the URL of a gateway: it must begin with http:// or https://.`);
  return parsed.data.replace(/\/+$/, '');
}

function signInOfVariables(variables: Wanted['variables']): SignIn | undefined {
  const { apiKey, apiKeyFile, token, tokenFile } = variables;
  if (token) return { kind: 'token', token };
  if (tokenFile) return { kind: 'token-file', file: tokenFile };
  if (apiKey) return { kind: 'api-key', key: apiKey };
  return apiKeyFile ? { kind: 'api-key-file', file: apiKeyFile } : undefined;
}

function signInOfContext(context: Context | undefined): SignIn {
  if (context?.apiKeyFile) return { kind: 'api-key-file', file: context.apiKeyFile };
  if (context?.login) return { kind: 'login', context };
  return { kind: 'development', as: context?.as, roles: context?.roles };
}

function asDeveloper(signIn: SignIn, { as, roles }: { as?: string | undefined; roles?: string | undefined }): SignIn {
  if (as === undefined && roles === undefined) return signIn;
  return { kind: 'development', as: as ?? (signIn.kind === 'development' ? signIn.as : undefined), roles };
}
