import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CompiledOperation,
  chosenPart,
  compileOperations,
  DocumentFault,
  parseDocument,
} from '@mcp-gateway/openapi';
import type { Egress } from '@mcp-gateway/platform/egress';
import { type Checks, checksOf } from '../checks.js';
import type { UntimedCondition } from '../plan.js';
import { fetchText, NotRead } from './fetch-text.js';

/** The OpenAPI document of a tool at its server, and what becomes of it. */
export interface DocumentTarget {
  /** Undefined while no replica is ready. */
  url: string | undefined;
  /** As the spec names it. */
  documentUrl: string;
  headers: Record<string, string>;
  isRemote: boolean;
  operations: readonly string[];
  /** The path before those of the document. */
  path: string | undefined;
  /** A changed spec reads the document at once. */
  generation: number;
}

/** What a document has given. */
export interface DocumentResult {
  /** Of the last document that could be used; undefined: there was none. */
  operations: readonly CompiledOperation[] | undefined;
  condition: UntimedCondition;
  /** Differs for documents of another server, and for other operations of it. */
  source: string;
  /** Hash of the text. */
  text: string | undefined;
  /** The text that was read last, if it could not be used: it is not compiled again. */
  refused?: { text: string; condition: UntimedCondition } | undefined;
}

/** Reads the documents of tools again and again. The operations of the last good one stay. */
export type Documents = Checks<DocumentTarget, DocumentResult>;

export interface DocumentsParts {
  egress: Egress;
  /** Between two looks at a document that could be used, and at one that could not. */
  everyMs?: { read: number; failed: number };
}

const EVERY_MS = { read: 300_000, failed: 15_000 };
const AT_ONCE = 4;
/**
 * Compiling a large document takes seconds, in which the worker does nothing else, and whoever registers a tool chooses the
 * document. So the worker compiles one at a time and rests afterwards, this many times as long.
 */
const REST = 3;

export function documents({ egress, everyMs = EVERY_MS }: DocumentsParts): Documents {
  const inTurn = turns(REST);
  return checksOf({
    run: (target: DocumentTarget, last) => readDocument(target, last, { egress, inTurn }),
    pauseMs: ({ condition }) => (condition.status === 'True' ? everyMs.read : everyMs.failed),
    isChanged: (last, { operations, condition }) =>
      last?.operations !== operations || last?.condition.message !== condition.message,
    countsFor: (last, target) => last.source === sourceOf(target),
    atOnce: AT_ONCE,
  });
}

type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Does one piece of work at a time, and rests after each for `rest` times as long as it took. */
export function turns(rest: number): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    let busyMs = 0;
    const turn = last.then(async () => {
      const began = performance.now();
      try {
        return await work();
      } finally {
        busyMs = performance.now() - began;
      }
    });
    const resting = () => sleep(busyMs * rest, undefined, { ref: false });
    last = turn.then(resting, resting);
    return turn;
  };
}

/** Names the document of a server and what is chosen of it: a hash. */
export const sourceOf = ({ url, isRemote, documentUrl, operations, path }: DocumentTarget): string =>
  createHash('sha256')
    .update(JSON.stringify([isRemote ? url : '', documentUrl, operations, path]))
    .digest('base64');

async function readDocument(
  target: DocumentTarget,
  last: DocumentResult | undefined,
  { egress, inTurn }: { egress: Egress; inTurn: Turns },
): Promise<DocumentResult> {
  const { url, headers, isRemote } = target;
  const source = sourceOf(target);
  const kept = { source, operations: last?.operations, text: last?.text };
  if (url === undefined) return { ...kept, condition: notReadYet('No replica is ready to give the document yet.') };
  try {
    const content = await fetchText({ url, headers, isRemote }, egress);
    const text = createHash('sha256').update(content).digest('base64');
    if (kept.operations && text === kept.text) return { ...kept, condition: read(kept.operations) };
    if (text === last?.refused?.text) return { ...kept, refused: last.refused, condition: last.refused.condition };
    const result = await inTurn(() => compiled(content, target));
    if (!(result instanceof Error)) return { source, operations: result, text, condition: read(result) };
    const condition = notUsable(target, result, kept.operations !== undefined);
    return { ...kept, refused: { text, condition }, condition };
  } catch (error) {
    return { ...kept, condition: notUsable(target, error as Error, kept.operations !== undefined) };
  }
}

/** The operations, or why the document cannot be used. */
async function compiled(
  content: string,
  { operations: selections, path }: DocumentTarget,
): Promise<readonly CompiledOperation[] | Error> {
  try {
    const document = chosenPart(parseDocument(content), selections);
    return await compileOperations({ document, operations: [...selections], path });
  } catch (error) {
    return error as Error;
  }
}

const read = ({ length }: readonly CompiledOperation[]): UntimedCondition => ({
  type: 'Document',
  status: 'True',
  reason: 'DocumentRead',
  message: `The document of the server describes ${length === 1 ? 'one tool' : `${length} tools`}.`,
});

export const notReadYet = (message: string): UntimedCondition => ({
  type: 'Document',
  status: 'Unknown',
  reason: 'DocumentNotReadYet',
  message,
});

function notUsable({ documentUrl }: DocumentTarget, error: Error, hasTools: boolean): UntimedCondition {
  const kept = hasTools ? 'The tools of the last document stay.' : 'There are no tools until it can be used.';
  return {
    type: 'Document',
    status: 'False',
    reason: error instanceof NotRead ? 'DocumentNotRead' : 'DocumentInvalid',
    message: `The document at ${documentUrl} ${reasonOf(error)}. ${kept} The gateway tries again.`,
  };
}

function reasonOf(error: Error): string {
  if (error instanceof NotRead) return error.message;
  if (!(error instanceof DocumentFault)) return 'cannot be used';
  const { field, path, message } = error;
  if (field === 'operations') return `does not fit source.operations: ${message}`;
  return path.length === 0 ? message : `cannot be used: /${path.join('/').slice(0, 512)} ${message}`;
}
