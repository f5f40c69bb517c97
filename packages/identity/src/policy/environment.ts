import { Environment } from '@marcbachmann/cel-js';
import { normalizeRole } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import { RE2JS } from 're2js';

/** Expressions see roles only through `in`, which compares them as the gateway does. */
class Roles {
  readonly #held: ReadonlySet<string>;
  constructor(roles: readonly string[]) {
    this.#held = new Set(roles.map(normalizeRole));
  }
  has(role: string): boolean {
    return this.#held.has(normalizeRole(role));
  }
}

/** The principal of expressions; to read what it lacks is an error. */
export class PolicyPrincipal {
  readonly subject: string;
  readonly name: string | undefined;
  readonly tenant: string | undefined;
  readonly roles: Roles;
  constructor({ subject, name, tenant, roles }: Pick<Principal, 'subject' | 'roles'> & Partial<Principal>) {
    this.subject = subject;
    this.name = name;
    this.tenant = tenant;
    this.roles = new Roles(roles);
  }
}

/** The adapter of expressions. */
export class PolicyResource {
  constructor(
    readonly kind: string,
    readonly name: string,
    readonly createdBy: string,
  ) {}
}

/** Characters that patterns may look at in one evaluation. */
const MAX_PATTERN_CHARS = 256 * 1024;
const MAX_PATTERNS = 1_000;

const patterns = new Map<string, RE2JS>();
let charsLeft = 0;
let budgetNow = { byPatterns: 0 };

/**
 * Call it before each evaluation, which is synchronous.
 * @param budget of the request
 */
export function beginEvaluation(budget: { byPatterns: number }): void {
  charsLeft = MAX_PATTERN_CHARS;
  budgetNow = budget;
}

/** RE2, because a pattern of JavaScript may take forever on a text that a caller chooses. */
export function compilePattern(source: string): RE2JS {
  let pattern = patterns.get(source);
  if (pattern) return pattern;
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(source, (pattern = RE2JS.compile(source)));
  return pattern;
}

function matches(text: string, source: string): boolean {
  charsLeft -= text.length;
  budgetNow.byPatterns -= text.length;
  if (charsLeft < 0) throw new Error(`patterns look at more than ${MAX_PATTERN_CHARS} characters`);
  if (budgetNow.byPatterns < 0) throw new Error('all patterns together look at too many characters');
  return compilePattern(source).test(text);
}

/** The variables and functions of expressions. Limits of the parser hold before anything is checked. */
export const environment = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 256, maxDepth: 24, maxListElements: 128, maxMapEntries: 64, maxCallArguments: 8 },
})
  .registerType('Roles', { ctor: Roles, fields: {} })
  .registerType('Principal', {
    ctor: PolicyPrincipal,
    fields: { subject: 'string', name: 'string', tenant: 'string', roles: 'Roles' },
  })
  .registerType('Resource', {
    ctor: PolicyResource,
    fields: { kind: 'string', name: 'string', createdBy: 'string' },
  })
  .registerVariable('principal', 'Principal')
  .registerVariable('resource', 'Resource')
  .registerVariable('method', 'string')
  .registerVariable('tool', 'string')
  .registerVariable('arguments', 'map<string, dyn>')
  .registerVariable('params', 'map<string, dyn>')
  .registerVariable('headers', 'map<string, string>')
  .registerOperator('string in Roles', (role: string, roles: Roles) => roles.has(role))
  .registerFunction('matches(string, string): bool', matches);
