import type { IncomingMessage } from 'node:http';
import type { AuthorizationServer } from '@mcp-gateway/identity';
import { headerValue } from '@mcp-gateway/protocol';
import type { Forwarded } from './forwarded.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
/** The URLs that take tokens. Every name has a document, so that none tells which adapters and toolsets exist. */
const RESOURCE = /^(|\/mcp(?:\/t\/[^/?#]{1,63})?|\/adapters\/[^/?#]{1,63}\/(?:mcp|sse))(\/?)$/;

/** Says which issuers' tokens an MCP URL takes (RFC 9728; MCP 2026-07-28, authorization). */
export interface ProtectedResources {
  /** The URL of the metadata of the resource at this path, for challenges. */
  metadataUrl(req: IncomingMessage, path: string): string;
  /** The metadata that is asked for; undefined when the path is not one of a metadata document. */
  metadata(req: IncomingMessage, path: string): object | undefined;
}

/**
 * @param issuersNow their scopes may have `{resource}`, which stands for the URL of the resource
 * @param publicPath may stand between the well-known part and the path of the resource (RFC 9728 §3.1)
 */
export function protectedResources(
  issuersNow: () => readonly AuthorizationServer[],
  urlOf: PublicUrlOf,
  publicPath = '',
): ProtectedResources {
  return {
    metadataUrl: (req, path) => `${urlOf(req)}${WELL_KNOWN}${path}`,
    metadata(req, path) {
      if (path !== WELL_KNOWN && !path.startsWith(`${WELL_KNOWN}/`)) return undefined;
      const rest = path.slice(WELL_KNOWN.length);
      const resource = publicPath !== '' && rest.startsWith(`${publicPath}/`) ? rest.slice(publicPath.length) : rest;
      const [, known, slash] = RESOURCE.exec(resource === publicPath ? '' : resource) ?? [];
      if (known === undefined) return undefined;
      const issuers = issuersNow();
      const scopes = [...new Set(issuers.flatMap((each) => each.scopes))];
      // The URL that the document's own URL was made of, with the slash that the user typed (RFC 9728 §3.3).
      const url = `${urlOf(req)}${known}${slash}`;
      return {
        resource: url,
        authorization_servers: issuers.map(({ issuer }) => issuer),
        ...(scopes.length > 0 && { scopes_supported: scopes.map((scope) => scope.replace('{resource}', url)) }),
        bearer_methods_supported: ['header'],
        resource_name: 'MCP Gateway',
      };
    },
  };
}

/** The URL at which the client of a request sees the root of the gateway, without a slash at its end. */
type PublicUrlOf = (req: IncomingMessage) => string;

/**
 * The configured URL. If only its path is configured, or nothing, the rest is what the request was sent to; a proxy
 * says that only if the gateway trusts it.
 * @param publicUrl without a slash at its end; a path when only that is configured
 */
export function publicUrlOf(publicUrl: string | undefined, forwarded: Forwarded): PublicUrlOf {
  const path = publicUrl ?? '';
  if (path !== '' && !path.startsWith('/')) return () => path;
  return (req) => {
    const flat = forwarded(req);
    const host = headerValue(flat, 'x-forwarded-host') ?? 'localhost';
    return `${headerValue(flat, 'x-forwarded-proto') ?? 'http'}://${host}${path}`;
  };
}
