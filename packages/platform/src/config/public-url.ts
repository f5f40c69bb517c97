import { z } from 'zod';

/** Where clients reach the gateway. */
export interface PublicUrl {
  /** Undefined when only a path is given. */
  hostname: string | undefined;
  /** Without a slash at its end; empty for the root. */
  path: string;
  /** Where clients see the root, without a slash at its end; the path alone when only that is given. */
  href: string;
}

const PATH = /^(\/[\w.~-]+)*$/;
/** Paths of the gateway itself. A prefix that looks like one could not be told from it. */
const SERVED = /^\/(adapters|errors|livez|readyz|openapi\.json)(\/|$)/;

const WRONG = 'must be a URL such as https://tools.example.com/gateway, or only its path, such as /gateway';
const TAKEN = 'must have another path: the gateway itself serves /adapters, /errors, /livez, /readyz and /openapi.json';

export const PublicUrl = z.string().transform((text, context): PublicUrl => {
  const isPath = /^\/(?!\/)/.test(text);
  const whole = isPath ? `http://gateway${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const path = url?.pathname.replace(/\/$/, '') ?? '';
  const isPlain = url && /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname;
  const fault = !isPlain || !PATH.test(path) ? WRONG : SERVED.test(path) ? TAKEN : undefined;
  if (fault) context.addIssue(fault);
  return { hostname: isPath ? undefined : url?.hostname, path, href: isPath || !url ? path : url.origin + path };
});
