import { describe, expect, it } from '@jest/globals';
import { adapter, tool } from '../../../test/refs.js';
import { objectName, podName } from './manifest.js';

const long = (end: string) => 'a'.repeat(63 - end.length) + end;

describe('the name of the objects of a resource', () => {
  it.each([
    ['echo', 'adapter-echo'],
    ['a', 'adapter-a'],
    ['a'.repeat(43), `adapter-${'a'.repeat(43)}`],
    ['a'.repeat(44), 'adapter-aaaaaaaaaaaaaaaaaaaaaaaaaaa-6cd74b7b493f8c7b'],
  ])('of %s is %s', (name, expected) => {
    expect(objectName(adapter(name))).toBe(expected);
  });

  it('differs for long names that begin alike', () => {
    expect(objectName(adapter(long('x')))).not.toBe(objectName(adapter(long('y'))));
  });

  it('cannot be taken by an adapter whose name is the name with the hash', () => {
    const taken = objectName(adapter(long('x')));
    expect(objectName(adapter(taken.replace('adapter-', '')))).not.toBe(taken);
  });

  it.each(['echo', long('x')])('differs for an adapter and a tool that are both called %s', (name) => {
    expect(objectName(tool(name))).not.toBe(objectName(adapter(name)));
    expect(objectName(tool('echo'))).toBe('tool-echo');
  });

  it('leaves room for the suffixes of a StatefulSet in a DNS label', () => {
    expect(objectName(adapter(long('x'))).length + '-0123456789'.length).toBeLessThanOrEqual(63);
    expect(podName(adapter(long('x')), 63)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });
});
