import { describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { invalidRequest } from '../errors/index.js';
import { unwrapSchema } from './fields.js';
import * as contracts from './index.js';

jest.setTimeout(120_000); // on a machine that does much else

/** Generous: what is right takes milliseconds, and a pattern that is not linear takes minutes for the last of the sizes. */
const LIMIT_MS = 3_000;
const SIZES = [256 * 1024, 1024 * 1024];
const UNITS = [
  'a',
  'A',
  '0',
  '/',
  '-',
  '_',
  '.',
  ' ',
  '\0',
  '\n',
  '%',
  'é',
  '\ud800',
  'a.',
  'a/',
  'a-',
  '/a',
  '../',
  '0.',
];
const BEGINNINGS = ['', '/', 'a:'];

interface Parts {
  /** The error for a string, or for a name in a record. */
  texts: Set<z.core.$ZodType>;
  /** The error for a list or an object, and an input for it with an entry for each sixteen characters. */
  entries: Map<z.core.$ZodType, (text: string) => unknown>;
}

const list = (text: string) => Array.from({ length: text.length / 16 }, () => text[0]);
const map = (text: string) =>
  Object.fromEntries(Array.from({ length: text.length / 16 }, (_, i) => [`${text[0]}${i}`, 0]));

/** All that a schema consists of, each schema once, however many others refer to it. */
function collect(schema: z.core.$ZodType, parts: Parts): Parts {
  const { def } = unwrapSchema(schema)._zod;
  if (parts.texts.has(schema) || parts.entries.has(schema)) return parts;
  if (def.type === 'string' || def.type === 'enum') parts.texts.add(schema);
  if (def.type === 'array') parts.entries.set(schema, list);
  if (def.type === 'object' || def.type === 'record') parts.entries.set(schema, map);
  for (const child of childrenOf(def)) collect(child, parts);
  return parts;
}

function childrenOf(def: z.core.$ZodTypes['_zod']['def']): readonly z.core.$ZodType[] {
  switch (def.type) {
    case 'object':
      return Object.values(def.shape);
    case 'record':
      return [def.keyType, def.valueType];
    case 'array':
      return [def.element];
    case 'union':
      return def.options;
    default:
      return [];
  }
}

/** How long the check of a value takes, with the words for its refusal. */
function elapsed(schema: z.core.$ZodType, value: unknown): number {
  const began = performance.now();
  const { error } = (schema as z.ZodType).safeParse(value);
  if (error) invalidRequest(error, { schema: schema as z.ZodType });
  return performance.now() - began;
}

const schemas = Object.values(contracts).filter((each) => each instanceof z.ZodType);
const { texts, entries } = schemas.reduce<Parts>((parts, schema) => collect(schema, parts), {
  texts: new Set(),
  entries: new Map(),
});

describe('a million characters', () => {
  it('are tested in all fields of all contracts', () => {
    const { imageName, description, healthCheck, requiredRoles } = contracts.AdapterSpec.shape;
    expect([imageName, description, contracts.Condition.shape.reason].filter((each) => !texts.has(each))).toEqual([]);
    expect([healthCheck, requiredRoles, contracts.Route].filter((each) => !entries.has(each))).toEqual([]);
  });

  it.each(SIZES)('are checked quickly: a string of %d', (size) => {
    for (const unit of UNITS) {
      const repeated = unit.repeat(size / unit.length);
      for (const beginning of BEGINNINGS) {
        for (const schema of texts) expect(elapsed(schema, `${beginning}${repeated}\n!`)).toBeLessThan(LIMIT_MS);
      }
    }
  });

  it('are checked quickly as the name of a field and as many entries', () => {
    for (const [schema, build] of entries) {
      const text = 'k'.repeat(SIZES[1] as number);
      expect(elapsed(schema, { [text]: text })).toBeLessThan(LIMIT_MS);
      expect(elapsed(schema, build(text.slice(0, SIZES[0])))).toBeLessThan(LIMIT_MS);
    }
  });
});
