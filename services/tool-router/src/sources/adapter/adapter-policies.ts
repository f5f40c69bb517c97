import type { Route } from '@mcp-gateway/common/contracts';
import { compilePolicies, type Policies } from '@mcp-gateway/identity';
import { PolicyDenial, type CallContext } from '../source.js';

/** Names that only the gateway sets. */
const OF_GATEWAY = /^x-mcp-gateway-/;

/** The policies of an adapter, for messages that reach it through a tool router. */
export class AdapterPolicies {
  readonly #compiled = new WeakMap<Route['policies'], Policies>();

  /** Why they refuse a message; undefined when they permit it. Without the headers of a request, policies find none. */
  denial(
    { policies, kind, name, createdBy }: Route,
    { principal, headers }: Pick<CallContext, 'principal' | 'headers'>,
    method: string,
    params: Record<string, unknown>,
  ): { reason: string } | undefined {
    if (policies.length === 0) return undefined;
    let compiled = this.#compiled.get(policies);
    if (!compiled) this.#compiled.set(policies, (compiled = compilePolicies(policies)));
    const sent = Object.fromEntries([...(headers ?? [])].filter(([header]) => !OF_GATEWAY.test(header)));
    return compiled.decide({ principal, resource: { kind, name, createdBy }, headers: sent, method, params });
  }

  /** @throws PolicyDenial when they refuse the message */
  permit(
    route: Route,
    context: Pick<CallContext, 'principal' | 'headers'>,
    method: string,
    params: Record<string, unknown>,
  ): void {
    const denial = this.denial(route, context, method, params);
    if (denial) throw new PolicyDenial(`the policies of adapter ${route.name} do not permit it: ${denial.reason}`);
  }
}
