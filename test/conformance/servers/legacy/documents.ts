import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { prompts } from '../prompts.ts';
import { resources, TEMPLATE, templateContent } from '../resources.ts';

/** Prompts and resources. */
export function serveDocuments(server: Server): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: prompts.map((prompt) => ({
      name: prompt.name,
      description: `The suite's ${prompt.name}.`,
      arguments: prompt.arguments.map((name) => ({ name, required: true })),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const prompt = prompts.find(({ name }) => name === params.name);
    if (!prompt) throw new McpError(ErrorCode.InvalidParams, `Unknown prompt: ${params.name}`);
    return { messages: prompt.messages(params.arguments ?? {}) };
  });
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: resources.map(({ uri, name, mimeType }) => ({
      uri,
      name,
      mimeType,
      description: `The suite's ${name}.`,
    })),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [TEMPLATE] }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
    const resource = resources.find((each) => each.uri === uri);
    if (resource) return { contents: [{ uri, mimeType: resource.mimeType, ...resource.content }] };
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id !== undefined) return { contents: [templateContent(uri, id)] };
    throw new McpError(-32002, 'Resource not found', { uri });
  });
}
