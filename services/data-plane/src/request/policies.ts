import type { IncomingMessage } from 'node:http';
import type { Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { compilePolicies, type Denial, type Policies, policyBudget } from '@mcp-gateway/identity';
import { type Message, messagesOf } from '@mcp-gateway/protocol';

/** The part of a request that the policies of an adapter decide by. */
export interface PolicySubject {
  principal: Principal;
  req: IncomingMessage;
  /** Undefined when no step has read it. */
  message?: Message | undefined;
  /** Parses the message on demand. */
  delivery?: { readonly message: Message } | undefined;
}

/** Messages of a batch; each is evaluated by itself. */
const MAX_MESSAGES = 100;

const UNREADABLE: Denial = {
  policy: undefined,
  reason: 'the body is no JSON-RPC message that the policies could read',
};
/** The adapter had no policies when the request arrived. */
const UNREAD: Denial = { policy: undefined, reason: 'its policies changed while the request waited; send it again' };
const TOO_MANY: Denial = { policy: undefined, reason: `a batch has more than ${MAX_MESSAGES} messages` };
const NOTHING = {};

/** By the list of a route, which keeps it until the route is read again. */
const compiled = new WeakMap<Route['policies'], Policies>();

/**
 * Why the policies of the route refuse the request; undefined when they permit it or there are none. A DELETE, which ends
 * a session of the caller, is always permitted.
 */
export function denialOf(route: Route, { principal, req, message, delivery }: PolicySubject): Denial | undefined {
  const { policies, kind, name, createdBy } = route;
  if (policies.length === 0 || req.method === 'DELETE') return undefined;
  let decider = compiled.get(policies);
  if (!decider) compiled.set(policies, (decider = compilePolicies(policies)));
  const asked = { principal, resource: { kind, name, createdBy }, headers: req.headers };
  if (req.method !== 'POST') return decider.decide({ ...asked, method: '', params: NOTHING });
  const read = message ?? delivery?.message;
  if (!read) return UNREAD;
  const messages = messagesOf(read);
  if (messages.length > MAX_MESSAGES) return TOO_MANY;
  if (messages.length === 0) return UNREADABLE;
  const budget = policyBudget();
  for (const each of messages) {
    const call = callIn(each);
    const denial = call ? decider.decide({ ...asked, ...call, budget }) : UNREADABLE;
    if (denial) return denial;
  }
  return undefined;
}

/** Undefined when the server may read something else than the gateway. */
function callIn(message: Message): { method: string; params: Record<string, unknown> } | undefined {
  switch (message.kind) {
    case 'request':
    case 'notification': {
      const { method, params } = message;
      return method === 'tools/call' && typeof params['name'] !== 'string' ? undefined : { method, params };
    }
    case 'response':
      return { method: '', params: NOTHING };
    default:
      return undefined; // a batch in a batch, too
  }
}

export const policyDenied = ({ policy, reason, cause }: Denial): GatewayError =>
  new GatewayError('POLICY_DENIED', {
    detail: policy === undefined ? reason : `${reason} (${policy})`,
    reason: policy === undefined ? 'the policies of the adapter' : `policy ${policy}`,
    cause,
  });

export const unreadable = (): GatewayError => policyDenied(UNREADABLE);
