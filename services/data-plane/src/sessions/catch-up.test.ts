import { beforeEach, expect, it } from '@jest/globals';
import { unwrittenEnds, type UnwrittenEnds } from './catch-up.js';

let isAway: boolean;
let written: string[];
let ends: UnwrittenEnds;

beforeEach(() => {
  [isAway, written, ends] = [true, [], unwrittenEnds()];
});

const write = (id: string) => async () => {
  if (isAway) throw new Error('Redis is away');
  written.push(id);
};
const endInVain = (id: string) => expect(ends.end(id, write(id))).rejects.toThrow('Redis is away');

it('writes the end of a session once', async () => {
  isAway = false;
  await ends.end('1', write('1'));
  await ends.catchUp();
  expect(written).toEqual(['1']);
});

it('retries ends that could not be written', async () => {
  await endInVain('1');
  await endInVain('2');
  await expect(ends.catchUp()).rejects.toThrow('Redis is away');
  isAway = false;
  await ends.catchUp();
  await ends.catchUp();
  expect(written).toEqual(['1', '2']);
});

it('keeps a bounded number of unwritten ends', async () => {
  for (let id = 0; id < 10_001; id++) await ends.end(String(id), write(String(id))).catch(() => {});
  isAway = false;
  await ends.catchUp();
  expect(written).toHaveLength(10_000);
});
