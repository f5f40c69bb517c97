import {
  costOf,
  linearPattern,
  type PatternWork,
  sizeOf,
  type SchemaCost,
  TooMuchWork,
} from '@mcp-gateway/json-schema';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 64;
/** Visits of subschemas for one value: some 100 ms. */
const MAX_WORK = 1_000_000;
/** Above it, only the first fault is looked for: all of them could be as many as the values. */
const MAX_VALUES_FOR_ALL = 1_000;
/** What looks for the first fault nests its code, so compiling it takes time by the square of the visits. */
const MAX_VISITS_FOR_FIRST = 500;
const MAX_FAULTS = 8;

/**
 * What is wrong with a value, in words from which a model corrects itself; undefined when nothing is.
 * A schema that cannot be checked within bounds, or that names other documents, permits everything: its server checks too.
 * @param name of the value in the sentences, such as `arguments`
 */
export function faultsOf(schema: JsonSchema, value: unknown, name: string): string | undefined {
  const { values, isTooDeep } = sizeOf(value, MAX_DEPTH);
  if (isTooDeep) return `${name} must not be nested more than ${MAX_DEPTH} levels deep`;
  const validator = validatorOf(schema);
  if (!validator) return undefined;
  const { visits, comparesPairs } = validator.cost;
  const isLarge = values > MAX_VALUES_FOR_ALL;
  const isTooMuch = visits * values + (comparesPairs ? values * values : 0) > MAX_WORK;
  if (isTooMuch || (isLarge && visits > MAX_VISITS_FOR_FIRST)) {
    return `${name} must have fewer values: they are too many to be checked`;
  }
  const validate = isLarge ? validator.first() : validator.all();
  if (!validate) return undefined;
  WORK.done = 0;
  try {
    if (validate(value)) return undefined;
  } catch (error) {
    if (error instanceof TooMuchWork)
      return `${name} must have shorter texts: their patterns take too long to be checked`;
    return undefined; // a schema that applies itself to the same value fills the stack
  }
  const sentences = [...new Set((validate.errors ?? []).map((error) => sentenceOf(error, name)))];
  const shown = sentences.slice(0, MAX_FAULTS);
  return shown.length < sentences.length ? `${shown.join('; ')}; and more` : shown.join('; ');
}

/** Compiled when it is first needed; null: it cannot be. */
type Compiled = () => ValidateFunction | null;

interface Validator {
  cost: SchemaCost;
  all: Compiled;
  first: Compiled;
}

/** By the schema, which lives as long as the list that it is in. Null: it cannot be checked. */
const VALIDATORS = new WeakMap<JsonSchema, Validator | null>();

function validatorOf(schema: JsonSchema): Validator | null {
  let known = VALIDATORS.get(schema);
  if (known === undefined) VALIDATORS.set(schema, (known = compile(schema)));
  return known;
}

function compile(schema: JsonSchema): Validator | null {
  const cost = costOf(schema);
  return cost.visits === Infinity ? null : { cost, all: compiler(schema, true), first: compiler(schema, false) };
}

function compiler(schema: JsonSchema, allErrors: boolean): Compiled {
  let found: ValidateFunction | null | undefined;
  return () => (found === undefined ? (found = compiled(schema, allErrors)) : found);
}

/** Each schema has an instance of its own, because an instance keeps what it has compiled. Null: no schema that can be checked. */
function compiled(schema: JsonSchema, allErrors: boolean): ValidateFunction | null {
  const options: Options = {
    strict: false,
    allErrors,
    validateFormats: false, // annotations (JSON Schema 2020-12, validation §7.2.1)
    validateSchema: false,
    meta: false,
    logger: false,
    inlineRefs: false,
    ownProperties: true,
    code: { regExp: linearTime },
  };
  const { $schema: dialect, ...rest } = schema;
  try {
    return engineOf(dialect, options).compile(rest);
  } catch {
    return null; // no schema of a dialect that is known, or one that names another document
  }
}

function engineOf(dialect: unknown, options: Options): Ajv {
  const text = typeof dialect === 'string' ? dialect : '/2020-12/';
  if (text.includes('/2020-12/')) return new Ajv2020(options);
  if (text.includes('/2019-09/')) return new Ajv2019(options);
  if (/\/draft-0[67]\//.test(text)) return new Ajv(options);
  throw new Error('a dialect that is not known');
}

/** Of the value that is checked now: Ajv hands nothing to patterns, and checks without a pause. */
const WORK: PatternWork = { done: 0 };

/** What RE2 does not know, such as look-around, permits every text. `toString` tells Ajv two patterns apart. */
const linearTime = Object.assign(
  (pattern: string) => {
    const linear = linearPattern(pattern);
    return { test: (text: string) => !linear || linear.test(text, WORK), toString: () => `/${pattern}/` };
  },
  { code: 'linearTime' },
);

function sentenceOf({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject, name: string): string {
  const at = placeOf(instancePath, name);
  const given = params as Record<string, unknown>;
  switch (keyword) {
    case 'required':
      return `${at}.${String(given['missingProperty'])} is required`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `${at} must not have "${String(given['additionalProperty'] ?? given['unevaluatedProperty'])}"`;
    case 'enum':
      return `${at} must be one of ${listed(given['allowedValues'])}`;
    case 'const':
      return `${at} must be ${JSON.stringify(given['allowedValue'])}`;
    default:
      return `${at} ${message}`;
  }
}

const MAX_LISTED = 30;

function listed(values: unknown): string {
  const all = Array.isArray(values) ? values : [];
  const shown = all.slice(0, MAX_LISTED).map((value) => JSON.stringify(value));
  return all.length > MAX_LISTED ? `${shown.join(', ')}, …` : shown.join(', ');
}

/** `/cities/0/name` as `arguments.cities[0].name`. */
function placeOf(pointer: string, name: string): string {
  const parts = pointer.split('/').slice(1);
  return parts.reduce((at, part) => {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^\d+$/.test(key) ? `${at}[${key}]` : `${at}.${key}`;
  }, name);
}
