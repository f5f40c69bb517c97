import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { INTERNAL_SECRET_HEADER } from '@mcp-gateway/platform/serving';

/** Whether a request comes from a service of this gateway, by a secret that it has. */
export type IsOwnService = (headers: IncomingHttpHeaders) => boolean;

/**
 * A service sends all secrets that it has, with commas between. One in common is enough, so that a service which has read
 * a changed list and one which has not yet agree.
 * @param secrets as they are now
 */
export function ownServices(secrets: () => readonly string[]): IsOwnService {
  let from: readonly string[] = [];
  let known: Buffer[] = [];
  return ({ [INTERNAL_SECRET_HEADER]: given }) => {
    if (typeof given !== 'string') return false;
    const now = secrets();
    if (now.length !== from.length || now.some((secret, i) => secret !== from[i])) {
      known = now.map(digest);
      from = [...now];
    }
    return given.split(',').some((each) => {
      const hash = digest(each.trim());
      return known.some((one) => timingSafeEqual(one, hash));
    });
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
