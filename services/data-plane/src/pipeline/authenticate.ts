import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Verifier } from '@mcp-gateway/identity';
import type { RequestContext } from '../request/context.js';
import type { ProtectedResources } from '../request/protected-resource.js';

export interface SignInParts {
  verifier: Verifier;
  /** Undefined with development sign-in, which has no issuer. */
  protectedResources?: ProtectedResources | undefined;
}

/**
 * Verifies the sign-in and returns the caller.
 * @param path of the MCP URL, for the challenge
 * @throws GatewayError SIGN_IN_REQUIRED, FORBIDDEN, UNAVAILABLE
 */
export function authenticate(
  parts: SignInParts,
  context: RequestContext,
  path: string,
): Principal | Promise<Principal> {
  const { req, address, resource } = context;
  const refuse = (error: unknown): never => {
    throw withMetadata(error, parts.protectedResources?.metadataUrl(req, path));
  };
  try {
    const signedIn = parts.verifier({ headers: req.headers, address, connection: req.socket, resource });
    return signedIn instanceof Promise ? signedIn.catch(refuse) : signedIn;
  } catch (error) {
    return refuse(error);
  }
}

/** Adds to a challenge where the client finds out how to sign in (RFC 9728 §5.1). */
function withMetadata(error: unknown, url: string | undefined): unknown {
  const challenge = error instanceof GatewayError ? error.headers['www-authenticate'] : undefined;
  if (!(error instanceof GatewayError) || challenge === undefined || url === undefined) return error;
  const [scheme = '', ...parameters] = challenge.split(/ (.*)/s).filter(Boolean);
  return new GatewayError(error.code, {
    ...(error.detail !== undefined && { detail: error.detail }),
    reason: error.reason,
    headers: {
      ...error.headers,
      'www-authenticate': `${scheme} ${[`resource_metadata="${url}"`, ...parameters].join(', ')}`,
    },
    cause: error.cause,
  });
}
