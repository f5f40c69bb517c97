import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type CallToolResult,
  type ClientCapabilities,
  inputRequired,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

const Confirmation = z.object({ confirm: z.boolean().describe('Do it') });

/** Makes the result of a tool from an answer of the API, and a sentence for the model from an error. */
export type Answering = (work: () => Promise<unknown>) => Promise<CallToolResult>;

export const textResult = (text: string, isError = false): CallToolResult => ({
  content: [{ type: 'text', text }],
  ...(isError && { isError }),
});

/**
 * Asks the person before something is destroyed. A client that cannot ask gets a refusal: the arguments of a call come from
 * a model, and so would a "yes" in them.
 * @returns what the tool answers in place of doing it; undefined once the person has agreed
 */
export function unlessConfirmed(server: McpServer, { mcpReq }: ServerContext, question: string, otherwise: string) {
  if (acceptedContent(mcpReq.inputResponses, 'confirm', Confirmation)?.confirm === true) return undefined;
  if (mcpReq.inputResponses?.['confirm'] !== undefined) return textResult('Not done: the user did not agree.');
  // In the modern era, each request says what its client can do.
  const envelope: { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } = { ...mcpReq.envelope };
  const stated = envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities();
  if (stated?.elicitation === undefined) {
    return textResult(`Not done: this client cannot ask the user. The user can run: ${otherwise}`, true);
  }
  return inputRequired({
    inputRequests: { confirm: inputRequired.elicit({ message: question, requestedSchema: Confirmation }) },
  });
}
