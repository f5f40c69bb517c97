import { type HeaderList, mapHeaders } from '@mcp-gateway/protocol';

/**
 * References to URLs of this gateway (RFC 3986 §4.2). A proxy may serve the gateway under a prefix and strip it. Where
 * the prefix is not configured, references are therefore relative to the URL of the request.
 */
export type ReferenceTo = (target: string, from: string) => string;

/** @param publicPath the path at which clients see the root of the gateway; undefined when it is not configured */
export const referencesFor = (publicPath: string | undefined): ReferenceTo =>
  publicPath === undefined ? relativeReference : (target) => publicPath + target;

/** The reference from one path to another, both from the root of the gateway; either may have a query. */
export function relativeReference(target: string, from: string): string {
  const [fromPath = ''] = from.split('?');
  const here = fromPath.split('/').slice(1, -1);
  const [targetPath = ''] = target.split('?');
  const there = targetPath.split('/').slice(1);
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared += 1;
  const up = '../'.repeat(here.length - shared);
  const down = there.slice(shared).join('/');
  return (up + down || './') + target.slice(targetPath.length);
}

/** An absolute path, with or without a query. */
const IS_PATH = /^\/(?!\/)/;

/** Rewrites the `Location` and `Link` headers of a flat list for the client. */
export function withReferences(raw: HeaderList, from: string, referenceTo: ReferenceTo): string[] {
  const seen = (path: string) => (IS_PATH.test(path) ? referenceTo(path, from) : path);
  return mapHeaders(raw, (name, value) => {
    switch (name) {
      case 'location':
        return seen(value);
      case 'link':
        return value.replaceAll(/<([^<>]*)>/g, (_link, path: string) => `<${seen(path)}>`);
      default:
        return value;
    }
  });
}
