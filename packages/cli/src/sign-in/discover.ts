import { z } from 'zod';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 262_144;

/** What a client needs of RFC 9728 §2. */
const ResourceMetadata = z.object({
  resource: z.url(),
  authorization_servers: z.array(z.url()).default([]),
  scopes_supported: z.array(z.string()).default([]),
});

/** Where callers of a gateway sign in, and what for. */
export interface SignInPlace {
  issuer: string;
  scopes: readonly string[];
  /** For the `resource` parameter of RFC 8707. */
  resource: string;
}

/**
 * Asks the gateway where its callers sign in (RFC 9728 §3).
 * @param gateway its URL, with the prefix below which it is served
 * @param chosen the issuer to use when it has several
 * @throws Error when it has none, or several and none is chosen
 */
export async function discoverSignIn(
  gateway: string,
  fetch: typeof globalThis.fetch,
  chosen?: string,
): Promise<SignInPlace> {
  // The slash at the end makes the resource a URL below which all others are.
  const url = `${gateway.replace(/\/+$/, '')}/.well-known/oauth-protected-resource/`;
  const response = await fetch(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: 'application/json' },
  }).catch((cause: Error) => {
    throw new Error(`${gateway} cannot be reached: ${reasonOf(cause)}`, { cause });
  });
  if (response.status === 404) {
    throw new Error(
      `${gateway} names no issuer: it runs with the development sign-in, or is no MCP Gateway. No login is needed with the first`,
    );
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_BYTES) throw new Error(`${url} answered more than ${MAX_BYTES} bytes`);
  const parsed = ResourceMetadata.safeParse(parsedJson(text));
  if (!parsed.success) throw new Error(`${url} is no metadata of a protected resource (RFC 9728)`);
  const { resource, authorization_servers: issuers, scopes_supported: scopes } = parsed.data;
  requireOwnResource(gateway, resource);
  return { issuer: chooseIssuer(gateway, issuers, chosen), scopes, resource };
}

/**
 * A server that names another one as its resource would get a token for that one, and could use it there (RFC 9728 §3.3).
 * @throws Error that names the URL to use
 */
function requireOwnResource(gateway: string, resource: string): void {
  const [wanted, named] = [placeOf(gateway), placeOf(resource)];
  if (wanted === named) return;
  throw new Error(
    `${gateway} says that it is ${resource}, so a login here would make a token for that gateway. ` +
      'If it is the gateway that you want, use that URL with --gateway',
  );
}

/** The names of loopback are one place. */
function placeOf(text: string): string {
  const { protocol, hostname, port, pathname } = new URL(text);
  const host = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? 'localhost' : hostname;
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`;
}

function chooseIssuer(gateway: string, issuers: readonly string[], chosen: string | undefined): string {
  const [first, ...others] = issuers;
  if (first === undefined) throw new Error(`${gateway} takes tokens of no issuer`);
  if (chosen === undefined) {
    if (others.length === 0) return first;
    throw new Error(`${gateway} takes tokens of several issuers; choose one with --issuer: ${issuers.join(', ')}`);
  }
  const found = issuers.find((issuer) => issuer.replace(/\/$/, '') === chosen.replace(/\/$/, ''));
  if (found) return found;
  throw new Error(`${gateway} does not take tokens of ${chosen}; it takes those of ${issuers.join(', ')}`);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The deepest cause, which is the one of the socket. */
export function reasonOf(error: unknown): string {
  let at = error as NodeJS.ErrnoException | undefined;
  while (at?.cause) at = at.cause as NodeJS.ErrnoException;
  return at?.message || at?.code || String(error);
}
