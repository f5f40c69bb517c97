import { ConnectionError, GatewayError, type GatewayClient } from '@mcp-gateway/client';
import { McpServer } from '@modelcontextprotocol/server';
import { registerBackendTools } from './backend-tools.js';
import { type Answering, textResult } from './confirmed.js';
import { registerDocuments } from './documents.js';
import { registerOperationTools } from './operation-tools.js';

const INSTRUCTIONS =
  'Manages an MCP Gateway. list_backends shows the MCP servers behind it; backend_status says what is wrong with one. ' +
  'Destructive tools ask the user.';

export interface ManagementServerOptions {
  /** The API as the caller: tools do what the caller may do, and nothing else. */
  client: GatewayClient;
  version: string;
  /** Told of each error that a tool has answered with. */
  onError?: (error: Error) => void;
}

/** An MCP server that manages the gateway behind the client. It serves one connection, of either era. */
export function managementServer({ client, version, onError }: ManagementServerOptions): McpServer {
  const server = new McpServer({ name: 'mcp-gateway', title: 'MCP Gateway', version }, { instructions: INSTRUCTIONS });
  const answering: Answering = async (work) => {
    try {
      const answer = await work();
      return textResult(typeof answer === 'string' ? answer : JSON.stringify(answer, undefined, 2));
    } catch (error) {
      if (!(error instanceof GatewayError || error instanceof ConnectionError)) throw error;
      onError?.(error);
      return textResult(sentenceOf(error), true);
    }
  };
  registerBackendTools(server, client, answering);
  registerOperationTools(server, client, answering);
  registerDocuments(server, client);
  return server;
}

function sentenceOf(error: GatewayError | ConnectionError): string {
  if (error instanceof ConnectionError) return `The gateway did not answer: ${error.message}.`;
  const faults = error.errors.map(({ pointer, parameter, detail }) => `${pointer ?? parameter ?? ''} ${detail}`.trim());
  return [error.message, ...faults].join('\n');
}
