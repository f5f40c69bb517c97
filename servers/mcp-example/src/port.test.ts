import { expect, it } from '@jest/globals';
import { portOf } from './port.js';

it.each([
  ['0', 0],
  ['8000', 8000],
  ['65535', 65_535],
])("is parsed from '%s'", (text, port) => {
  expect(portOf(text)).toBe(port);
});

it.each(['eight', '-1', '65536', '', '80.5', ' 80', '1e3', '0x50'])("is not parsed from '%s'", (text) => {
  expect(portOf(text)).toBeUndefined();
});
