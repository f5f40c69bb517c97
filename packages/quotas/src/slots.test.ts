import { expect, it } from '@jest/globals';
import { Slots } from './slots.js';

it('are not full because spare ones were taken while more were requested', () => {
  const slots = new Slots('key', 1_000);
  slots.granted(20, 0, 0);
  slots.inUse = 20;
  slots.demand = 5;
  const { want } = slots.request();
  const { needed } = slots;
  slots.demand = 0;
  slots.reserved = 45; // by an earlier request
  slots.inUse = 45;
  slots.granted(want, needed, 0);
  expect(slots.isFull(0)).toBe(false);
});

it('are full when the ledger grants fewer than are needed', () => {
  const slots = new Slots('key', 1_000);
  slots.inUse = 20;
  slots.granted(24, 25, 0);
  expect(slots.isFull(0)).toBe(true);
  expect(slots.isFull(1_000)).toBe(false);
});

it('that are spare are given up when the limit changes, because they may be more than the new one', () => {
  const slots = new Slots('key', 1_000);
  slots.granted(12, 2, 0);
  slots.inUse = 2;
  slots.setLimit(3);
  expect([slots.reserved, slots.limit]).toEqual([2, 3]);
});

it('are given back when twice the spare ones are free, and one by one when the limit is small', () => {
  const slots = new Slots('key', 1_000);
  slots.granted(30, 0, 0);
  slots.inUse = 10;
  expect([slots.spare, slots.hasExcess()]).toEqual([10, false]);
  slots.inUse = 9;
  expect(slots.hasExcess()).toBe(true);
  const few = new Slots('key', 5);
  few.granted(2, 0, 0);
  few.inUse = 1;
  expect(few.hasExcess()).toBe(true);
});
