import type { components, operations as Operations } from './generated/api.js';
import { operationTable } from './generated/operations.js';

/** `operationId` in the OpenAPI document. */
export type OperationId = keyof Operations & keyof typeof operationTable;

/** The schemas of the OpenAPI document, such as `Schemas['AdapterResource']`. */
export type Schemas = components['schemas'];

export interface OperationEntry {
  method: string;
  /** With `{name}` for each path parameter. */
  path: string;
  tag: string;
  /** Content type of a successful answer; null without a body. */
  type: string | null;
}

/** Each operation of the API. */
export const operations: Readonly<Record<OperationId, OperationEntry>> = operationTable;

type Responses<Id extends OperationId> = Operations[Id]['responses'];
type Success<Id extends OperationId> = Responses<Id>[keyof Responses<Id> & (200 | 201 | 202 | 204)];
type Content<Response> = Response extends { content: infer ByType } ? ByType : never;

/** The body of a successful answer; undefined when the operation has none. */
export type Answer<Id extends OperationId> =
  Success<Id> extends { content?: never }
    ? undefined
    : Content<Success<Id>> extends infer ByType
      ? ByType extends { 'application/json': infer Body }
        ? Body
        : string
      : never;

/** What a stream of the operation yields: a value per line of NDJSON, an event of an event stream, or a line of text. */
export type StreamItem<Id extends OperationId> =
  Content<Success<Id>> extends infer ByType
    ? ByType extends { 'application/x-ndjson': unknown }
      ? Schemas['AuditEntry']
      : ByType extends { 'text/event-stream': unknown }
        ? import('./streams.js').ServerSentEvent
        : string
    : never;
