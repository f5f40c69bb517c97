import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GatewayError, notFound } from '@mcp-gateway/common/errors';
import { escapedControls } from '@mcp-gateway/platform/logging';
import type { ResourceRow } from '@mcp-gateway/database';
import type { LogReader } from '@mcp-gateway/runtime/logs';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { documentedAs, parseQuery, wholeNumber } from '../http/request.js';
import type { ReplicatedSpec } from './definition.js';

/** `?follow` alone means true. */
const Flag = z
  .string('must be true or false')
  .regex(/^(true|false|1|0|)$/, 'must be true or false')
  .transform((text) => !['false', '0'].includes(text))
  .meta(documentedAs({ type: 'boolean' }));

const SECONDS = { s: 1, m: 60, h: 3_600 };
/** In seconds. */
const Duration = z
  .string('must be a time such as 30s, 10m or 2h')
  .regex(/^[1-9][0-9]{0,5}[smh]$/, 'must be a time such as 30s, 10m or 2h')
  .transform((text) => Number.parseInt(text, 10) * SECONDS[text.at(-1) as keyof typeof SECONDS]);

export const LogQuery = z.strictObject({
  instance: wholeNumber(0, 63).default(0).meta({ description: 'Ordinal of the replica, from 0.' }),
  tail: wholeNumber(0, 10_000).default(1_000).meta({ description: 'How many of the last lines.' }),
  follow: Flag.default(false).meta({ description: 'Continue with lines that the replica writes from now on.' }),
  previous: Flag.default(false).meta({
    description: 'Read the log of the process before the current one. Kubernetes only.',
  }),
  since: Duration.optional().meta({
    description: 'Only lines that are younger than this, such as 30s, 10m or 2h. Kubernetes only.',
  }),
  raw: Flag.default(false).meta({
    description: 'The original bytes. By default the gateway escapes control characters, as in \\u001b.',
  }),
});

export interface LogSource {
  logs: LogReader;
  row: ResourceRow<ReplicatedSpec>;
  /** Why there are none. */
  whyNone?: string | undefined;
  statusPath: string;
  /** Whether the caller may still read the logs of this resource. Rejects when the database is unavailable. */
  isAllowed: () => Promise<boolean>;
  /** How often `isAllowed` is called while a client follows, in milliseconds. */
  checkEveryMs?: number | undefined;
}

const CHECK_EVERY_MS = 5_000;

/**
 * Answers in plain text with the last lines and, with `follow`, with the lines that come, until the client leaves or may not read
 * them any more.
 */
export async function sendLogs(source: LogSource, req: Request, res: Response): Promise<void> {
  const { logs, row, statusPath } = source;
  const { since: sinceSeconds, raw, ...options } = parseQuery(LogQuery, req.query);
  const { instance, previous } = options;
  if (source.whyNone !== undefined) throw new GatewayError('NO_LOGS', { detail: source.whyNone });
  const closed = new AbortController();
  res.once('close', () => closed.abort());
  const owner = { kind: row.kind, name: row.name, id: row.id };
  const lines = await logs.read(owner, { ...options, sinceSeconds, signal: closed.signal });
  if (!lines) refuseUnknownInstance(row, instance);
  res
    .type('text/plain')
    .set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'X-Accel-Buffering': 'no' });
  if (!lines) {
    const what = previous ? 'has had no process before this one' : 'has not written anything yet';
    res.send(`Replica ${instance} of ${row.name} ${what}; ${statusPath} says how it is.\n`);
    return;
  }
  const stopChecks = abortWhenRefused(source, closed);
  res.flushHeaders();
  // Control characters are escaped: the terminal that shows a log must not act on what a server wrote.
  await pipeline(Readable.from(raw ? lines : escapedControls(lines)), res)
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // otherwise the client left
    })
    .finally(stopChecks);
}

/** An autoscaler may run more replicas than the spec requests, so a replica that was seen counts, too. */
function refuseUnknownInstance({ spec, replicas }: ResourceRow<ReplicatedSpec>, wanted: number): void {
  if (wanted < spec.replicaCount || replicas.some(({ instance }) => instance === wanted)) return;
  throw notFound(
    `${spec.name} has ${spec.replicaCount} ${spec.replicaCount === 1 ? 'replica' : 'replicas'}; instances count from 0`,
  );
}

/** @returns ends the checks */
function abortWhenRefused({ isAllowed, checkEveryMs = CHECK_EVERY_MS }: LogSource, closed: AbortController) {
  const check = () =>
    isAllowed().then(
      (allowed) => allowed || closed.abort(),
      () => {}, // the next check may know
    );
  const timer = setInterval(() => void check(), checkEveryMs);
  return () => clearInterval(timer);
}
