import type { ImportOptions } from './plan.js';

const SECRET_NAME =
  /token|secret|passw(or)?d|passphrase|api_?key|access_?key|private_?key|credential|connection_?string|(^|_)(auth|key|pat|dsn|pwd)$/i;
/** Prefixes of tokens, a JWT, a PEM block, or a URL with a password. */
const SECRET_VALUE =
  /^(sk-|sk_|gh[pousr]_|github_pat_|glpat-|xox[abpr]-|AKIA|AIza|ntn_|eyJ[\w-]+\.)|-----BEGIN|:\/\/[^/\s:@]+:[^/\s@]+@/;
/** `${VAR}`, `${env:VAR}`, `${input:id}`, `$VAR`, `${{ secrets.X }}`: the value is elsewhere. */
const REFERENCE = /\$\{|^\$[A-Za-z_]\w*$/;

/** The variables of a server: what is taken over, and what of it is a secret. */
export interface Variables {
  environmentVariables: Record<string, string>;
  secretEnvironment: Record<string, { secret: string; key: string }>;
  notes: string[];
}

/**
 * Decides where the variables of a server go. A secret is never copied without being asked for: an adapter shows its
 * variables to everyone who may read it.
 */
export function sortVariables(
  variables: Readonly<Record<string, string>>,
  options: ImportOptions,
  known: ReadonlySet<string> = new Set(),
): Variables {
  const sorted: Variables = { environmentVariables: {}, secretEnvironment: {}, notes: [] };
  const left: string[] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (/^(PORT|HOST|PATH|MCP_GATEWAY_.*|KUBERNETES_.*)$/.test(name)) {
      sorted.notes.push(`${name} is not taken: the gateway sets it`);
    } else if (!REFERENCE.test(value) && (options.includeSecrets || !isSecret(name, value, known))) {
      sorted.environmentVariables[name] = value;
    } else if (options.secretsFrom) {
      sorted.secretEnvironment[name] = { secret: options.secretsFrom, key: name };
    } else left.push(name);
  }
  if (left.length > 0) {
    const them = left.join(', ');
    sorted.notes.push(
      `${them}: secret or set elsewhere, and not copied. Use --secrets-from SECRET, or set it in environmentVariables`,
    );
  }
  return sorted;
}

const isSecret = (name: string, value: string, known: ReadonlySet<string>): boolean =>
  known.has(name) || SECRET_NAME.test(name) || SECRET_VALUE.test(value);

/** The arguments with a secret in them, such as `--api-key X` and `--header "Authorization: Bearer X"`, by number or name. */
export function secretArguments(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const [, flag, joined] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const value = flag === undefined ? arg : (joined ?? args[index + 1] ?? '');
    if (REFERENCE.test(value) || /^(-.*|\d*)$/s.test(value)) return [];
    if (flag !== undefined && SECRET_NAME.test(flag.replaceAll('-', '_'))) return [`--${flag.replace(/^-+/, '')}`];
    const isHeader = /^(proxy-)?(authorization|cookie|x-[\w-]*(key|token|secret))\s*:/i.test(arg);
    return isHeader || SECRET_VALUE.test(joined ?? arg) ? [`argument ${index + 1}`] : [];
  });
}

/** The parameters of a URL whose names are those of secrets. */
export const secretParameters = (url: URL): string[] =>
  [...url.searchParams.keys()].filter((name) => SECRET_NAME.test(name.replaceAll('-', '_')));

const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|.*(token|secret|api-?key|password).*|x-auth.*)$/i;
/** Headers that the gateway sets itself, which its API refuses. */
const TAKEN_HEADER = /^(host|connection|content-.*|accept.*|mcp-.*|x-mcp-.*|origin|x-forwarded.*)$/i;

/** The headers for a remote server, and the credential in place of secret ones. */
export function sortHeaders(
  headers: Readonly<Record<string, string>>,
  { credential }: ImportOptions,
): { headers: Record<string, string>; upstreamAuth: { credential: string } | undefined; notes: string[] } {
  const kept: Record<string, string> = {};
  const [secret, taken]: [string[], string[]] = [[], []];
  for (const [name, value] of Object.entries(headers)) {
    if (TAKEN_HEADER.test(name)) taken.push(name);
    else if (SECRET_HEADER.test(name) || SECRET_VALUE.test(value) || REFERENCE.test(value)) secret.push(name);
    else kept[name] = value;
  }
  const notes = [
    ...(taken.length > 0 ? [`headers ${taken.join(', ')} are not taken: the gateway sets them`] : []),
    ...(secret.length > 0 && !credential
      ? [
          `headers ${secret.join(', ')} are secrets, and not copied. Have the operator configure a credential and use --credential NAME`,
        ]
      : []),
  ];
  return { headers: kept, upstreamAuth: secret.length > 0 && credential ? { credential } : undefined, notes };
}
