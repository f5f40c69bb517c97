import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { AuthInfo } from '@modelcontextprotocol/server';

/** From whom a request comes, as the data plane says, and what it is about. */
export interface Caller {
  principal: Principal;
  /** What the URL names: a toolset, or an adapter with `bridge`. */
  resource: ResourceRef;
  /** Names the request in logs of all services. */
  requestId: string;
}

/** The caller on its way through the SDK, which has no token to see. */
export const authInfoOf = (caller: Caller): AuthInfo => ({
  token: '',
  clientId: caller.principal.subject,
  scopes: [],
  extra: { caller },
});

export function callerIn(authInfo: AuthInfo | undefined): Caller {
  const caller = authInfo?.extra?.['caller'];
  if (caller === undefined) throw new Error('a request without a caller');
  return caller as Caller;
}
