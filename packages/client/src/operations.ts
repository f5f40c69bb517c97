import type { components } from './generated/api.js';
import type { Calls } from './generated/calls.js';
import { operationTable } from './generated/operations.js';

/** `operationId` in the OpenAPI document. */
export type OperationId = keyof Calls;

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

/** Parameters by their place, the body, and a signal that ends the request. */
export type CallInput<Id extends OperationId> = Calls[Id]['args'][0];

/** The body of a successful answer; undefined when the operation has none. */
export type Answer<Id extends OperationId> = Calls[Id]['answer'];
