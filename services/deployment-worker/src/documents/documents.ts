import { createHash } from 'node:crypto';
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
}

/** Reads the documents of tools again and again. The operations of the last good one stay. */
export type Documents = Checks<DocumentTarget, DocumentResult>;

export interface DocumentsParts {
  egress: Egress;
  /** Between two looks at a document that could be used, and at one that could not. */
  everyMs?: { read: number; failed: number };
}

const EVERY_MS = { read: 300_000, failed: 15_000 };
/** Reading a large document takes a while, in which the worker does nothing else. */
const AT_ONCE = 4;

export const documents = ({ egress, everyMs = EVERY_MS }: DocumentsParts): Documents =>
  checksOf({
    run: (target: DocumentTarget, last) => readDocument(target, last, egress),
    pauseMs: ({ condition }) => (condition.status === 'True' ? everyMs.read : everyMs.failed),
    isChanged: (last, { operations, condition }) =>
      last?.operations !== operations || last?.condition.message !== condition.message,
    countsFor: (last, target) => last.source === sourceOf(target),
    atOnce: AT_ONCE,
  });

/** Names the document of a server and what is chosen of it: a hash. */
export const sourceOf = ({ url, isRemote, documentUrl, operations, path }: DocumentTarget): string =>
  createHash('sha256')
    .update(JSON.stringify([isRemote ? url : '', documentUrl, operations, path]))
    .digest('base64');

async function readDocument(
  target: DocumentTarget,
  last: DocumentResult | undefined,
  egress: Egress,
): Promise<DocumentResult> {
  const { url, headers, isRemote, operations: selections, path } = target;
  const source = sourceOf(target);
  const kept = { source, operations: last?.operations, text: last?.text };
  if (url === undefined) return { ...kept, condition: notReadYet('No replica is ready to give the document yet.') };
  try {
    const content = await fetchText({ url, headers, isRemote }, egress);
    const text = createHash('sha256').update(content).digest('base64');
    if (kept.operations && text === kept.text) return { ...kept, condition: read(kept.operations) };
    const document = chosenPart(parseDocument(content), selections);
    const operations = await compileOperations({ document, operations: [...selections], path });
    return { source, operations, text, condition: read(operations) };
  } catch (error) {
    return { ...kept, condition: notUsable(target, error as Error, kept.operations !== undefined) };
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
