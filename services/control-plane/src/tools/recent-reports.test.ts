import { expect, it } from '@jest/globals';
import type { RecordedDefinition } from '@mcp-gateway/common/contracts';
import { recentReports } from './recent-reports.js';

const list = (...hashes: string[]): RecordedDefinition[] =>
  hashes.map((hash, at) => ({ kind: 'tool', name: `tool-${at}`, hash, since: '2026-01-01T00:00:00Z' }));
const [OLD, NEW, NEWER] = [list('a', 'b'), list('c', 'b', 'd'), list('e')];

it('a list that was replaced within the last minute, and what replaced it, are no news', () => {
  let time = 0;
  const recent = recentReports(() => new Date(time));
  expect(recent.isAgain('id', OLD, NEW)).toBe(false);
  time += 2_000;
  expect(recent.isAgain('id', NEW, OLD)).toBe(true); // another router is late
  expect(recent.isAgain('id', OLD, NEW)).toBe(true);
  time += 57_000;
  expect(recent.isAgain('id', NEW, OLD)).toBe(true);
  time += 1_000;
  expect(recent.isAgain('id', OLD, NEW)).toBe(false); // to and fro, a minute later
  expect(recent.isAgain('other', NEW, OLD)).toBe(false);
  expect(recent.isAgain('id', NEW, NEWER)).toBe(false);
  time += 60_000;
  expect(recent.isAgain('id', NEWER, OLD)).toBe(false); // the server itself has gone back
});
