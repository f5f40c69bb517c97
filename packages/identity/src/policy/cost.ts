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
/** Functions that read no more of their values than a few characters, or count what they read (`matches`). */
const QUICK = new Set(['has', 'dyn', 'type', 'matches']);
/** These read no more than the smaller of two values has. */
const COMPARE = new Set(['startsWith', 'endsWith']);
/** Functions whose result may be as large as what they are given. */
const KEEPS_SIZE = new Set(['string', 'dyn', 'type', 'lowerAscii', 'upperAscii']);

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** Their results are numbers, or true and false. */
const SCALARS = new Set(['&&', '||', '!_', '-', '*', '/', '%', '-_']);

/** Characters in a number, and what an entry of a list or map counts as. */
const SCALAR_CHARS = 8;
/** Node bounds the headers of a request to 16 KiB; what else is no message is far shorter. */
const HEADER_CHARS = 16 * 1024;
const OTHER_CHARS = 1_024;
const MESSAGE_VARIABLES = new Set(['arguments', 'params', 'tool']);

export interface Analysis {
  /** An upper bound of the nodes that one evaluation visits. */
  cost: number;
  /** An upper bound of the characters that they read: so often the whole message, and so many of other values. */
  read: { messages: number; characters: number };
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

/** Characters as a sum: of the message, of variables of loops, and of neither, each so many times. */
type Characters = ReadonlyMap<string, number>;
const MESSAGE = 'message';
const OTHERS = 'others';
const NONE: Characters = new Map();
const others = (count: number): Characters => new Map([[OTHERS, count]]);

function plus(...amounts: Characters[]): Characters {
  const sum = new Map<string, number>();
  for (const amount of amounts) for (const [of, times] of amount) sum.set(of, (sum.get(of) ?? 0) + times);
  return sum;
}
const times = (count: number, amount: Characters): Characters =>
  new Map([...amount].map(([of, each]) => [of, each * count]));
const isOfExpression = (amount: Characters) => [...amount.keys()].every((of) => of === OTHERS);

/** Two values that differ in length differ, so what compares them reads as much as the smaller one has. */
function smallest(parts: readonly Bounds[]): Characters {
  const sizes = parts.map(({ size }) => size);
  return sizes.find(isOfExpression) ?? sizes.find((size) => !size.has(MESSAGE)) ?? plus(...sizes);
}

/** Upper bounds of the value of a node, and of what it takes to find the value. */
interface Bounds {
  cost: number;
  /** Entries of the value, and of each value in it. */
  entries: number;
  size: Characters;
  read: Characters;
}

const together = (parts: readonly Bounds[]): Bounds => ({
  cost: parts.reduce((total, { cost }) => total + cost, 0),
  entries: Math.max(
    parts.length,
    parts.reduce((total, { entries }) => total + entries, 0),
  ),
  size: plus(...parts.map(({ size }) => size)),
  read: plus(...parts.map(({ read }) => read)),
});
const scalar = { entries: 0, size: others(SCALAR_CHARS) };

/**
 * What an expression may cost. CEL ends always, but loops in loops over what a caller sends may take hours, and so may a
 * function that reads a megabyte in each turn of one loop.
 * @throws ExpressionFault for functions that expressions may not use, and for patterns that are not valid
 */
export function analyse(root: ASTNode): Analysis {
  const { reads, loops, bounds } = new Walk(root);
  const messages = bounds.read.get(MESSAGE) ?? 0;
  return { cost: bounds.cost, read: { messages, characters: bounds.read.get(OTHERS) ?? 0 }, reads, loops };
}

class Walk {
  readonly reads = new Set<string>();
  loops = false;
  readonly bounds: Bounds;
  /** The variables of the loops around the node. */
  readonly #scope = new Map<string, Bounds>();
  #count = 0;

  constructor(root: ASTNode) {
    this.bounds = this.#boundsOf(root);
  }

  #boundsOf(node: ASTNode): Bounds {
    switch (node.op) {
      case 'value':
        return { cost: 1, entries: 0, size: others(lengthOf(node.args)), read: NONE };
      case 'id':
        return this.#variable(node.args);
      case '.': {
        const [of, field] = node.args;
        if (of.op === 'id' && of.args === 'principal') this.reads.add(`principal.${field}`);
        const bounds = this.#boundsOf(of);
        return { ...bounds, cost: 1 + bounds.cost };
      }
      case 'call':
        return this.#called(node, node.args[0], node.args[1]);
      case 'rcall': {
        const [name, receiver, given] = node.args;
        return LOOPS.has(name) ? this.#looped(name, receiver, given) : this.#called(node, name, [receiver, ...given]);
      }
      default:
        return this.#operated(node);
    }
  }

  #variable(name: string): Bounds {
    const known = this.#scope.get(name);
    if (known) return known;
    this.reads.add(name);
    const size = MESSAGE_VARIABLES.has(name)
      ? new Map([[MESSAGE, 1]])
      : others(name === 'headers' ? HEADER_CHARS : OTHER_CHARS);
    return { cost: 1, entries: MAX_ENTRIES, size, read: NONE };
  }

  #operated(node: ASTNode): Bounds {
    const operands = nodesIn(node.args);
    const parts = operands.map((each) => this.#boundsOf(each));
    const all = together(parts);
    const bounds = { ...all, cost: 1 + all.cost };
    if (node.op === '+') return { ...bounds, read: plus(all.read, all.size) };
    if (SCALARS.has(node.op)) return { ...bounds, ...scalar };
    if (COMPARISONS.has(node.op)) return { ...bounds, ...scalar, read: plus(all.read, smallest(parts)) };
    if (node.op === 'in') {
      const isMap = operands[1]?.op === 'id' && !this.#scope.has(operands[1].args);
      return { ...bounds, ...scalar, read: isMap ? all.read : plus(all.read, all.size) };
    }
    return bounds;
  }

  #called(node: ASTNode, name: string, given: ASTNode[]): Bounds {
    const cost = FUNCTIONS.get(name);
    if (cost === undefined) throw new ExpressionFault(`${name}() is not available`, node.start);
    if (name === 'matches') checkPattern(node, given[1]);
    const parts = given.map((each) => this.#boundsOf(each));
    const all = together(parts);
    const reads = COMPARE.has(name) ? smallest(parts) : QUICK.has(name) ? NONE : all.size;
    const bounds = { ...all, cost: cost + all.cost, read: plus(all.read, reads) };
    return KEEPS_SIZE.has(name) ? bounds : { ...bounds, ...scalar };
  }

  #looped(name: string, receiver: ASTNode, [variableNode, ...body]: ASTNode[]): Bounds {
    const over = this.#boundsOf(receiver);
    const turns = literalEntries(receiver) ?? over.entries;
    if (literalEntries(receiver) === undefined) this.loops = true;
    const variableName = variableNode?.op === 'id' ? variableNode.args : '';
    const key = `${variableName} ${(this.#count += 1)}`;
    const outer = this.#scope.get(variableName);
    this.#scope.set(variableName, { cost: 1, entries: over.entries, size: new Map([[key, 1]]), read: NONE });
    const turn = together(body.map((each) => this.#boundsOf(each)));
    if (outer) this.#scope.set(variableName, outer);
    else this.#scope.delete(variableName);
    /** In all turns together, the variable is the whole list once. */
    const inAll = (amount: Characters) => {
      const rest = new Map(amount);
      rest.delete(key);
      return plus(times(turns, rest), times(amount.get(key) ?? 0, over.size));
    };
    const done = { cost: over.cost + turns * turn.cost, read: plus(over.read, inAll(turn.read)) };
    if (name === 'filter') return { ...over, ...done };
    if (name !== 'map') return { ...scalar, ...done };
    return { ...done, entries: Math.max(turns, turn.entries), size: plus(inAll(turn.size), others(turns)) };
  }
}

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : SCALAR_CHARS);

/** The length of a list or map that the expression itself contains. */
function literalEntries(node: ASTNode): number | undefined {
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

/** The characters of a value; names of members, numbers and entries count, too. */
export function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length + SCALAR_CHARS;
  if (typeof value !== 'object' || value === null) return SCALAR_CHARS;
  if (Array.isArray(value)) return value.reduce((total: number, each) => total + charactersOf(each), SCALAR_CHARS);
  return Object.entries(value).reduce((total, [name, each]) => total + name.length + charactersOf(each), SCALAR_CHARS);
}
