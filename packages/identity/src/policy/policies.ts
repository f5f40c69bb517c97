import type { IncomingHttpHeaders } from 'node:http';
import type { ParseResult } from '@marcbachmann/cel-js';
import { EVERY_METHOD, type Policy } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import { type Analysis, analyse, charactersOf, ExpressionFault, hasLongList, MAX_ENTRIES } from './cost.js';
import type { AssumedRequest, PolicyFinding } from './explain.js';
import { beginEvaluation, environment, PolicyPrincipal, PolicyResource } from './environment.js';

/** Of all expressions of an adapter together; about two milliseconds of processor time. */
const MAX_COST = 200_000;
/** Characters that all policies together may read for one request; about a tenth of a second of processor time. */
const MAX_READ = 8 * 1024 * 1024;
/** The same for patterns, which take longer. */
const MAX_READ_BY_PATTERNS = 1024 * 1024;
/** An expression that could not even decide on so long a message is refused when it is registered. */
const SHORT_MESSAGE = 1_024;

/** What the policies may yet read for one request; the messages of a batch have one together. */
export interface PolicyBudget {
  characters: number;
  byPatterns: number;
}

export const policyBudget = (): PolicyBudget => ({ characters: MAX_READ, byPatterns: MAX_READ_BY_PATTERNS });

/** A request for an adapter, as its policies see it. */
export interface PolicyRequest {
  principal: Principal;
  resource: { kind: string; name: string; createdBy: string };
  headers: IncomingHttpHeaders;
  /** Empty for a message without a method, and for a GET request. */
  method: string;
  params: Readonly<Record<string, unknown>>;
  /** Default: one of its own. */
  budget?: PolicyBudget | undefined;
}

/** Why the policies of an adapter refuse a request. */
export interface Denial {
  /** The name of the policy; undefined when none of those that allow does. */
  policy: string | undefined;
  reason: string;
  /** Says where an expression could not be evaluated, and nothing of the request. */
  cause?: Error;
}

interface Compiled {
  policy: Policy;
  /** Undefined when this version of the gateway cannot evaluate the expression. */
  expression: ParseResult | undefined;
  analysis: Analysis;
}

export interface Policies {
  /** Undefined when they permit the request. `deny` comes before `allow`. */
  decide(request: PolicyRequest): Denial | undefined;
  /** What each policy says about a message of which not everything is known. */
  examine(request: AssumedRequest): PolicyFinding[];
}

/** The policies of a route. One whose expression is not valid refuses everything that it decides on. */
export function compilePolicies(policies: readonly Policy[]): Policies {
  const compiled = policies.map(compileOrRefuse);
  const denying = compiled.filter(({ policy }) => policy.effect === 'deny');
  const allowing = compiled.filter(({ policy }) => policy.effect === 'allow');
  return {
    decide: (request) => decide(denying, allowing, request),
    examine: (request) => compiled.map((each) => examine(each, request)),
  };
}

/** What is wrong with the expressions; `index` counts the policies from 0. */
export function policyFaults(policies: readonly Policy[]): { index: number; detail: string }[] {
  let total = 0;
  return policies.flatMap(({ when }, index) => {
    try {
      const { cost, read } = compile(when).analysis;
      total += cost;
      if (total <= MAX_COST && read.characters + read.messages * SHORT_MESSAGE <= MAX_READ) return [];
      return [{ index, detail: 'may take too long: it looks through lists in lists, or reads long values many times' }];
    } catch (error) {
      return [{ index, detail: faultOf(error) }];
    }
  });
}

const UNKNOWN: Analysis = { cost: 0, read: { messages: 0, characters: 0 }, reads: new Set(), loops: false };

function compileOrRefuse(policy: Policy): Compiled {
  try {
    const compiled = compile(policy.when);
    if (compiled.analysis.cost <= MAX_COST) return { policy, ...compiled };
  } catch {
    // An older version of the gateway accepted it.
  }
  return { policy, expression: undefined, analysis: UNKNOWN };
}

function compile(when: string): Pick<Compiled, 'analysis'> & { expression: ParseResult } {
  const expression = environment.parse(when);
  const analysis = analyse(expression.ast);
  const { valid, type, error } = expression.check();
  if (!valid) throw error ?? new ExpressionFault('is not valid', 0);
  if (type !== 'bool') throw new ExpressionFault(`must be true or false, and is of the type ${type}`, 0);
  return { expression, analysis };
}

interface ReportedError {
  summary?: string;
  message: string;
  at?: number;
  range?: { start: number };
}

function faultOf(thrown: unknown): string {
  const { summary, message, at, range } = thrown as ReportedError;
  return `is not valid at character ${(at ?? range?.start ?? 0) + 1}: ${summary ?? message}`;
}

function decide(denying: readonly Compiled[], allowing: readonly Compiled[], request: PolicyRequest) {
  const context = new Context(request);
  for (const each of denying) {
    if (!decidesOn(each.policy, request.method)) continue;
    const result = evaluate(each, context);
    if (result !== false) return denial(each.policy, result);
  }
  let refused: Denial | undefined;
  for (const each of allowing) {
    if (!decidesOn(each.policy, request.method)) continue;
    const result = evaluate(each, context);
    if (result === true) return undefined;
    refused ??= { policy: undefined, reason: reasonOf(each.policy), ...(result !== false && { cause: result.error }) };
  }
  return refused;
}

const decidesOn = ({ methods }: Policy, method: string): boolean =>
  methods.includes(EVERY_METHOD) || methods.includes(method);

const reasonOf = ({ name, reason }: Policy) => (reason === '' ? `the policy ${name} does not permit it` : reason);

const denial = (policy: Policy, result: true | { error: Error }): Denial =>
  result === true
    ? { policy: policy.name, reason: reasonOf(policy) }
    : { policy: policy.name, reason: `the policy ${policy.name} cannot be evaluated`, cause: result.error };

/** The result, or the error, which refuses the request. */
function evaluate({ expression, analysis }: Compiled, context: Evaluated): boolean | { error: Error } {
  try {
    if (!expression) throw new Error('this version of the gateway cannot evaluate the expression');
    if (analysis.loops && context.hasLongList) throw new Error(`a list has more than ${MAX_ENTRIES} entries`);
    spend(analysis, context);
    context.readsHeaders ||= analysis.reads.has('headers');
    beginEvaluation(context.budget);
    const result: unknown = expression(context.variables());
    return typeof result === 'boolean' ? result : { error: new Error('the result is neither true nor false') };
  } catch (error) {
    return { error: failureOf(error) };
  }
}

/** Each function takes linear time, so what they read bounds the time. */
function spend({ read }: Analysis, context: Evaluated): void {
  const { budget } = context;
  if (read.messages > 0) budget.characters -= read.messages * context.characters();
  budget.characters -= read.characters;
  if (budget.characters < 0) throw new Error('the message is too long for this expression');
}

/** Messages of CEL may quote arguments, which must not get into logs. */
function failureOf(thrown: unknown): Error {
  const { code, range } = thrown as { code?: string; range?: { start: number } };
  if (code === undefined) return thrown as Error;
  return new Error(`the expression fails at character ${(range?.start ?? 0) + 1}: ${code}`);
}

interface Evaluated {
  readsHeaders: boolean;
  readonly hasLongList: boolean;
  readonly budget: PolicyBudget;
  /** How many the message has. */
  characters(): number;
  /** A variable that is undefined makes the expressions fail that need it. */
  variables(): Record<string, unknown>;
}

/** What is not known makes an expression fail, unless the rest decides it. */
function examine(each: Compiled, request: AssumedRequest): PolicyFinding {
  const { name, effect, methods } = each.policy;
  const { method = request.tool === undefined ? undefined : 'tools/call' } = request;
  const says = (result: PolicyFinding['result'], needs: string[] = []): PolicyFinding => ({
    name,
    effect,
    result,
    needs,
  });
  if (method === undefined && !methods.includes(EVERY_METHOD)) return says('unknown', ['method']);
  if (method !== undefined && !decidesOn(each.policy, method)) return says('not-applicable');
  const variables = knownVariables(request, method);
  const given = request.arguments ?? {};
  const result = evaluate(each, {
    readsHeaders: false,
    hasLongList: hasLongList(given),
    budget: policyBudget(),
    characters: () => charactersOf(variables.params) + charactersOf(given) + (request.tool?.length ?? 0),
    variables: () => variables,
  });
  if (typeof result === 'boolean') return says(result ? 'true' : 'false');
  const { principal } = request;
  const unknown = [
    ...Object.entries(variables).flatMap(([variable, value]) => (value === undefined ? [variable] : [])),
    ...(['name', 'tenant'] as const).flatMap((field) => (principal[field] === undefined ? [`principal.${field}`] : [])),
  ].filter((variable) => each.analysis.reads.has(variable));
  return unknown.length > 0 ? says('unknown', unknown) : says('failed');
}

function knownVariables({ principal, resource, tool, arguments: given, headers }: AssumedRequest, method?: string) {
  const { kind, name, createdBy } = resource;
  const isCall = method === 'tools/call';
  const isKnown = isCall && tool !== undefined && given !== undefined;
  return {
    principal: new PolicyPrincipal(principal),
    resource: new PolicyResource(kind, name, createdBy),
    method,
    tool: method === undefined || isCall ? tool : '',
    arguments: given,
    params: isKnown ? { name: tool, arguments: given } : undefined,
    headers: headers && readableHeaders(headers),
  };
}

/** The variables of the expressions for one request, each made when it is needed. */
class Context implements Evaluated {
  readsHeaders = false;
  #headers: Record<string, string> | undefined;
  #hasLongList: boolean | undefined;
  #characters: number | undefined;
  readonly budget: PolicyBudget;
  readonly #request: PolicyRequest;
  readonly #principal: PolicyPrincipal;
  readonly #resource: PolicyResource;

  constructor(request: PolicyRequest) {
    const { kind, name, createdBy } = request.resource;
    this.#request = request;
    this.budget = request.budget ?? policyBudget();
    this.#principal = new PolicyPrincipal(request.principal);
    this.#resource = new PolicyResource(kind, name, createdBy);
  }

  get hasLongList(): boolean {
    return (this.#hasLongList ??= hasLongList(this.#request.params));
  }

  characters(): number {
    return (this.#characters ??= charactersOf(this.#request.params));
  }

  variables() {
    const { method, params, headers } = this.#request;
    const { name, arguments: given } = params;
    if (this.readsHeaders) this.#headers ??= readableHeaders(headers);
    return {
      principal: this.#principal,
      resource: this.#resource,
      method,
      tool: method === 'tools/call' && typeof name === 'string' ? name : '',
      arguments: typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {},
      params,
      headers: this.#headers ?? {},
    };
  }
}

/** Headers with credentials, and those by which a caller could claim to be another. */
const HIDDEN =
  /^(authorization|proxy-.*|cookie2?|set-cookie|mcp-session-id|last-event-id|x-(mcp-(user|role|identity).*|dev-.*|gateway-secret|api-key|forwarded-.*|real-ip)|forwarded)$/;

function readableHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const readable: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && name !== '__proto__' && !HIDDEN.test(name)) readable[name] = value;
  }
  return readable;
}
