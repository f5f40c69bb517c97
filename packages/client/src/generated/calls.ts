// `node packages/client/generate.mjs` writes this file.
import type { ServerSentEvent } from '../streams.js';
import type { components, operations } from './api.js';

export interface Calls {
  listAdapters: {
    args: [input?: { query?: NonNullable<operations['listAdapters']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listAdapters']['responses'][200]['content']['application/json'];
    item: string;
    entry: operations['listAdapters']['responses'][200]['content']['application/json'][number];
  };
  createAdapter: {
    args: [input: { body: operations['createAdapter']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['createAdapter']['responses'][201]['content']['application/json'];
    item: string;
    entry: never;
  };
  getAdapter: {
    args: [input: { path: NonNullable<operations['getAdapter']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getAdapter']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  replaceAdapter: {
    args: [input: { path: NonNullable<operations['replaceAdapter']['parameters']['path']>; header?: NonNullable<operations['replaceAdapter']['parameters']['header']>; body: operations['replaceAdapter']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['replaceAdapter']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  deleteAdapter: {
    args: [input: { path: NonNullable<operations['deleteAdapter']['parameters']['path']>; header?: NonNullable<operations['deleteAdapter']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  getAdapterStatus: {
    args: [input: { path: NonNullable<operations['getAdapterStatus']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getAdapterStatus']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  getAdapterLogs: {
    args: [input: { path: NonNullable<operations['getAdapterLogs']['parameters']['path']>; query?: NonNullable<operations['getAdapterLogs']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['getAdapterLogs']['responses'][200]['content']['text/plain'];
    item: string;
    entry: never;
  };
  listSessions: {
    args: [input: { path: NonNullable<operations['listSessions']['parameters']['path']>; query?: NonNullable<operations['listSessions']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listSessions']['responses'][200]['content']['application/json'];
    item: string;
    entry: operations['listSessions']['responses'][200]['content']['application/json'][number];
  };
  endSession: {
    args: [input: { path: NonNullable<operations['endSession']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  listTools: {
    args: [input?: { query?: NonNullable<operations['listTools']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listTools']['responses'][200]['content']['application/json'];
    item: string;
    entry: operations['listTools']['responses'][200]['content']['application/json'][number];
  };
  createTool: {
    args: [input: { body: operations['createTool']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['createTool']['responses'][201]['content']['application/json'];
    item: string;
    entry: never;
  };
  getTool: {
    args: [input: { path: NonNullable<operations['getTool']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getTool']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  replaceTool: {
    args: [input: { path: NonNullable<operations['replaceTool']['parameters']['path']>; header?: NonNullable<operations['replaceTool']['parameters']['header']>; body: operations['replaceTool']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['replaceTool']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  deleteTool: {
    args: [input: { path: NonNullable<operations['deleteTool']['parameters']['path']>; header?: NonNullable<operations['deleteTool']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  getToolStatus: {
    args: [input: { path: NonNullable<operations['getToolStatus']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getToolStatus']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  getToolLogs: {
    args: [input: { path: NonNullable<operations['getToolLogs']['parameters']['path']>; query?: NonNullable<operations['getToolLogs']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['getToolLogs']['responses'][200]['content']['text/plain'];
    item: string;
    entry: never;
  };
  listDefinitionChanges: {
    args: [input: { path: NonNullable<operations['listDefinitionChanges']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['listDefinitionChanges']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  approveDefinitions: {
    args: [input: { path: NonNullable<operations['approveDefinitions']['parameters']['path']>; body: operations['approveDefinitions']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['approveDefinitions']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  listToolsets: {
    args: [input?: { query?: NonNullable<operations['listToolsets']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listToolsets']['responses'][200]['content']['application/json'];
    item: string;
    entry: operations['listToolsets']['responses'][200]['content']['application/json'][number];
  };
  createToolset: {
    args: [input: { body: operations['createToolset']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['createToolset']['responses'][201]['content']['application/json'];
    item: string;
    entry: never;
  };
  getToolset: {
    args: [input: { path: NonNullable<operations['getToolset']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getToolset']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  replaceToolset: {
    args: [input: { path: NonNullable<operations['replaceToolset']['parameters']['path']>; header?: NonNullable<operations['replaceToolset']['parameters']['header']>; body: operations['replaceToolset']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['replaceToolset']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  deleteToolset: {
    args: [input: { path: NonNullable<operations['deleteToolset']['parameters']['path']>; header?: NonNullable<operations['deleteToolset']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  getToolsetStatus: {
    args: [input: { path: NonNullable<operations['getToolsetStatus']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getToolsetStatus']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  getRegistry: {
    args: [input?: { signal?: AbortSignal | undefined }];
    answer: operations['getRegistry']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  listRegistryServers: {
    args: [input?: { query?: NonNullable<operations['listRegistryServers']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listRegistryServers']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  listRegistryServerVersions: {
    args: [input: { path: NonNullable<operations['listRegistryServerVersions']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['listRegistryServerVersions']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  getRegistryServerVersion: {
    args: [input: { path: NonNullable<operations['getRegistryServerVersion']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getRegistryServerVersion']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  streamEvents: {
    args: [input?: { query?: NonNullable<operations['streamEvents']['parameters']['query']>; header?: NonNullable<operations['streamEvents']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: operations['streamEvents']['responses'][200]['content']['text/event-stream'];
    item: ServerSentEvent;
    entry: never;
  };
  listTenants: {
    args: [input?: { query?: NonNullable<operations['listTenants']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listTenants']['responses'][200]['content']['application/json'];
    item: string;
    entry: operations['listTenants']['responses'][200]['content']['application/json'][number];
  };
  createTenant: {
    args: [input: { body: operations['createTenant']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['createTenant']['responses'][201]['content']['application/json'];
    item: string;
    entry: never;
  };
  getTenant: {
    args: [input: { path: NonNullable<operations['getTenant']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getTenant']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  replaceTenant: {
    args: [input: { path: NonNullable<operations['replaceTenant']['parameters']['path']>; header?: NonNullable<operations['replaceTenant']['parameters']['header']>; body: operations['replaceTenant']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['replaceTenant']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  deleteTenant: {
    args: [input: { path: NonNullable<operations['deleteTenant']['parameters']['path']>; header?: NonNullable<operations['deleteTenant']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  getQuota: {
    args: [input: { path: NonNullable<operations['getQuota']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getQuota']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  replaceQuota: {
    args: [input: { path: NonNullable<operations['replaceQuota']['parameters']['path']>; header?: NonNullable<operations['replaceQuota']['parameters']['header']>; body: operations['replaceQuota']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['replaceQuota']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  listApiKeys: {
    args: [input?: { query?: NonNullable<operations['listApiKeys']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listApiKeys']['responses'][200]['content']['application/json'];
    item: string;
    entry: operations['listApiKeys']['responses'][200]['content']['application/json'][number];
  };
  createApiKey: {
    args: [input: { body: operations['createApiKey']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['createApiKey']['responses'][201]['content']['application/json'];
    item: string;
    entry: never;
  };
  getApiKey: {
    args: [input: { path: NonNullable<operations['getApiKey']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['getApiKey']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  revokeApiKey: {
    args: [input: { path: NonNullable<operations['revokeApiKey']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  listAuditRecords: {
    args: [input?: { query?: NonNullable<operations['listAuditRecords']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['listAuditRecords']['responses'][200]['content']['application/json'];
    item: string;
    entry: operations['listAuditRecords']['responses'][200]['content']['application/json'][number];
  };
  exportAuditRecords: {
    args: [input?: { query?: NonNullable<operations['exportAuditRecords']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['exportAuditRecords']['responses'][200]['content']['application/x-ndjson'];
    item: components['schemas']['AuditEntry'];
    entry: never;
  };
  explainPermission: {
    args: [input: { query: NonNullable<operations['explainPermission']['parameters']['query']>; signal?: AbortSignal | undefined }];
    answer: operations['explainPermission']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  openMcpStream: {
    args: [input: { path: NonNullable<operations['openMcpStream']['parameters']['path']>; header?: NonNullable<operations['openMcpStream']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: operations['openMcpStream']['responses'][200]['content']['text/event-stream'];
    item: ServerSentEvent;
    entry: never;
  };
  postMcpMessage: {
    args: [input: { path: NonNullable<operations['postMcpMessage']['parameters']['path']>; header?: NonNullable<operations['postMcpMessage']['parameters']['header']>; body: operations['postMcpMessage']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['postMcpMessage']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  endMcpSession: {
    args: [input: { path: NonNullable<operations['endMcpSession']['parameters']['path']>; header?: NonNullable<operations['endMcpSession']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  openSseStream: {
    args: [input: { path: NonNullable<operations['openSseStream']['parameters']['path']>; signal?: AbortSignal | undefined }];
    answer: operations['openSseStream']['responses'][200]['content']['text/event-stream'];
    item: ServerSentEvent;
    entry: never;
  };
  postSseMessage: {
    args: [input: { path: NonNullable<operations['postSseMessage']['parameters']['path']>; query: NonNullable<operations['postSseMessage']['parameters']['query']>; body: operations['postSseMessage']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  openStreamOfTools: {
    args: [input?: { header?: NonNullable<operations['openStreamOfTools']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: operations['openStreamOfTools']['responses'][200]['content']['text/event-stream'];
    item: ServerSentEvent;
    entry: never;
  };
  postMessageToTools: {
    args: [input: { header?: NonNullable<operations['postMessageToTools']['parameters']['header']>; body: operations['postMessageToTools']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['postMessageToTools']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  endSessionOfTools: {
    args: [input?: { header?: NonNullable<operations['endSessionOfTools']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
  openStreamOfToolset: {
    args: [input: { path: NonNullable<operations['openStreamOfToolset']['parameters']['path']>; header?: NonNullable<operations['openStreamOfToolset']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: operations['openStreamOfToolset']['responses'][200]['content']['text/event-stream'];
    item: ServerSentEvent;
    entry: never;
  };
  postMessageToToolset: {
    args: [input: { path: NonNullable<operations['postMessageToToolset']['parameters']['path']>; header?: NonNullable<operations['postMessageToToolset']['parameters']['header']>; body: operations['postMessageToToolset']['requestBody']['content']['application/json']; signal?: AbortSignal | undefined }];
    answer: operations['postMessageToToolset']['responses'][200]['content']['application/json'];
    item: string;
    entry: never;
  };
  endSessionOfToolset: {
    args: [input: { path: NonNullable<operations['endSessionOfToolset']['parameters']['path']>; header?: NonNullable<operations['endSessionOfToolset']['parameters']['header']>; signal?: AbortSignal | undefined }];
    answer: undefined;
    item: string;
    entry: never;
  };
}

/** The operations that answer with one page of a list. */
export type PagedId = 'listAdapters' | 'listSessions' | 'listTools' | 'listToolsets' | 'listTenants' | 'listApiKeys' | 'listAuditRecords';
