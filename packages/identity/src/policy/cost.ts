import type { ASTNode } from '@marcbachmann/cel-js';
import { compilePattern } from './environment.js';

/** Entries of a list or map that an expression may look through. A message with a longer one is refused. */
export const MAX_ENTRIES = 1_000;

const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** Functions that expressions may use, with their cost; each takes linear time at most. */
const FUNCTIONS = new Map([
  ['size', 1],
  ['has', 1],
  ['int', 2],
  ['double', 2],
  ['string', 2],
  ['bool', 1],
  ['dyn', 1],
  ['type', 1],
  ['startsWith', 5],
  ['endsWith', 5],
  ['contains', 10],
  ['lowerAscii', 10],
  ['upperAscii', 10],
  ['matches', 50],
]);

export interface Analysis {
  /** An upper bound of the nodes that one evaluation visits. */
  cost: number;
  /** The variables that it reads; a field of the caller as `principal.name`. */
  reads: ReadonlySet<string>;
  /** Looks through a list or map whose length the message decides. */
  loops: boolean;
}

/** An expression that the gateway does not evaluate. `at` counts characters from 0. */
export class ExpressionFault extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/**
 * What an expression may cost. CEL ends always, but loops in loops over what a caller sends may take hours.
 * @throws ExpressionFault for functions that expressions may not use, and for patterns that are not valid
 */
export function analyse(root: ASTNode): Analysis {
  const analysis = { reads: new Set<string>(), loops: false };

  function costOf(node: ASTNode): number {
    switch (node.op) {
      case 'value':
        return 1;
      case 'id':
        analysis.reads.add(node.args);
        return 1;
      case '.': {
        const [of, field] = node.args;
        if (of.op === 'id' && of.args === 'principal') analysis.reads.add(`principal.${field}`);
        return 1 + costOf(of);
      }
      case 'call':
        return costOfCall(node, node.args[0], node.args[1]);
      case 'rcall': {
        const [name, receiver, given] = node.args;
        if (!LOOPS.has(name)) return costOfCall(node, name, [receiver, ...given]);
        const entries = entriesOf(receiver);
        if (entries === undefined) analysis.loops = true;
        return costOf(receiver) + (entries ?? MAX_ENTRIES) * sum(given.slice(1));
      }
      default:
        return 1 + sum(nodesIn(node.args));
    }
  }

  function costOfCall(node: ASTNode, name: string, given: ASTNode[]): number {
    const cost = FUNCTIONS.get(name);
    if (cost === undefined) throw new ExpressionFault(`${name}() is not available`, node.start);
    if (name === 'matches') checkPattern(node, given[1]);
    return cost + sum(given);
  }

  const sum = (nodes: ASTNode[]): number => nodes.reduce((total, node) => total + costOf(node), 0);

  return { cost: costOf(root), ...analysis };
}

/** The length of a list or map that the expression itself contains. */
function entriesOf(node: ASTNode): number | undefined {
  return node.op === 'list' || node.op === 'map' ? node.args.length : undefined;
}

function checkPattern(node: ASTNode, pattern: ASTNode | undefined): void {
  if (node.op !== 'call') throw new ExpressionFault('write matches(text, "pattern") instead', node.start);
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    throw new ExpressionFault('the pattern of matches() must be a text in quotes', node.start);
  }
  try {
    compilePattern(pattern.args);
  } catch {
    throw new ExpressionFault('the pattern of matches() is not valid in the syntax of RE2', pattern.start);
  }
}

function nodesIn(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}

/** Whether a list or map somewhere in the value has more than `MAX_ENTRIES` entries. */
export function hasLongList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const entries: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return entries.length > MAX_ENTRIES || entries.some(hasLongList);
}
