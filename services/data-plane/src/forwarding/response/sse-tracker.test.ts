import { expect, it } from '@jest/globals';
import { SseTracker } from './sse-tracker.js';

const pieces = (text: string, length: number) =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
    Buffer.from(text.slice(at * length, (at + 1) * length)),
  );

it.each([
  ['id: 1\ndata: a\n\n', true],
  ['event: message\ndata: {"method":"x"}\n\nid:2\n\n', true],
  ['event: message\ndata: {"result":{}}\n\n', false],
  ['i', false],
])('detects whether events may have ids without parsing them, across chunks: %j', (text, expected) => {
  for (const length of [1, 2, 3, 4_000]) {
    const passed = new SseTracker('answer');
    for (const piece of pieces(text, length)) passed.add(piece);
    expect({ length, mayHaveIds: passed.mayHaveIds }).toEqual({ length, mayHaveIds: expected });
  }
});

it('reports the answers in a resumed stream as they arrive', () => {
  const told: unknown[] = [];
  const passed = new SseTracker('resumed', (id) => told.push(id));
  const text =
    'id: 1\ndata: {"id":1,"method":"ping"}\n\ndata: {"id":"a","result":{}}\n\ndata: [{"id":2,"error":{}}]\n\n';
  for (const piece of pieces(text, 5)) passed.add(piece);
  expect([told, passed.lastId]).toEqual([['a', 2], '1']);
});
