import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GatewayError } from '@mcp-gateway/common/errors';
import { escapedControls } from '@mcp-gateway/platform/logging';
import type { AdapterRow } from '@mcp-gateway/database';
import type { LogReader } from '@mcp-gateway/runtime/logs';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { parseQuery, wholeNumber } from '../query.js';

/** On its own, `?follow` means yes. */
const Flag = z
  .string('must be true or false')
  .regex(/^(true|false|1|0|)$/, 'must be true or false')
  .transform((text) => !['false', '0'].includes(text));

const SECONDS = { s: 1, m: 60, h: 3_600 };
/** In seconds. */
const Duration = z
  .string('must be a time such as 30s, 10m or 2h')
  .regex(/^[1-9][0-9]{0,5}[smh]$/, 'must be a time such as 30s, 10m or 2h')
  .transform((text) => Number.parseInt(text, 10) * SECONDS[text.at(-1) as keyof typeof SECONDS]);

const LogQuery = z.strictObject({
  instance: wholeNumber(0, 63).default(0),
  tail: wholeNumber(0, 10_000).default(1_000),
  follow: Flag.default(false),
  previous: Flag.default(false),
  since: Duration.optional(),
  raw: Flag.default(false),
});

export interface LogSource {
  logs: LogReader;
  row: AdapterRow;
  /** Whether the caller may still read them, and they are still of the same adapter. Rejects when that cannot be known now. */
  isAllowed: () => Promise<boolean>;
  /** How often that is asked while a client follows, in milliseconds. */
  checkEveryMs?: number | undefined;
}

const CHECK_EVERY_MS = 5_000;

/** Plain text: the last lines, and with `follow` what comes, until the client goes or may not read them any more. */
export async function sendLogs(source: LogSource, req: Request, res: Response): Promise<void> {
  const { logs, row, isAllowed, checkEveryMs = CHECK_EVERY_MS } = source;
  const { spec, replicas } = row;
  const query = parseQuery(LogQuery, req.query);
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const { since: sinceSeconds, raw, ...wanted } = query;
  const lines = await logs.read({ name: spec.name, id: row.id }, { ...wanted, sinceSeconds, signal: gone.signal });
  // An autoscaler may have made more than the spec asks for.
  const isSeen = replicas.some(({ instance }) => instance === query.instance);
  if (!lines && query.instance >= spec.replicaCount && !isSeen) {
    throw new GatewayError('NOT_FOUND', {
      detail: `${spec.name} has ${spec.replicaCount} replicas; instances count from 0`,
    });
  }
  res
    .type('text/plain')
    .set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'X-Accel-Buffering': 'no' });
  if (!lines) {
    const what = query.previous ? 'has had no process before this one' : 'has not written anything yet';
    res.send(`Replica ${query.instance} of ${spec.name} ${what}; /adapters/${spec.name}/status says how it is.\n`);
    return;
  }
  const check = () =>
    isAllowed().then(
      (allowed) => allowed || gone.abort(),
      () => {},
    );
  const checks = setInterval(() => void check(), checkEveryMs);
  gone.signal.addEventListener('abort', () => clearInterval(checks));
  res.flushHeaders();
  // A terminal that shows them must not act on what a server has written.
  await pipeline(Readable.from(raw ? lines : escapedControls(lines)), res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // else the client left
  });
}
