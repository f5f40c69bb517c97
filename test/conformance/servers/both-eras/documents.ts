import { completable, ResourceNotFoundError, ResourceTemplate, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { completions, prompts } from '../prompts.ts';
import { resources, TEMPLATE, templateContent } from '../resources.ts';

/** Prompts and resources. */
export function registerDocuments(server: McpServer): void {
  for (const { name, arguments: names, messages } of prompts) {
    const description = `The suite's ${name}.`;
    if (names.length === 0) server.registerPrompt(name, { description }, () => ({ messages: messages({}) }));
    else {
      const fields = names.map((each) => [each, each === 'arg1' ? completable(z.string(), completions) : z.string()]);
      const argsSchema = z.object(Object.fromEntries(fields) as Record<string, z.ZodString>);
      server.registerPrompt(name, { description, argsSchema }, (args) => ({ messages: messages(args) }));
    }
  }
  for (const { uri, name, mimeType, content } of resources) {
    const metadata = { mimeType, description: `The suite's ${name}.` };
    server.registerResource(name, uri, metadata, () => ({ contents: [{ uri, mimeType, ...content }] as never }));
  }
  const template = new ResourceTemplate(TEMPLATE.uriTemplate, { list: undefined });
  server.registerResource(TEMPLATE.name, template, { mimeType: TEMPLATE.mimeType }, ({ href }, { id }) => {
    if (typeof id !== 'string') throw new ResourceNotFoundError(href);
    return { contents: [templateContent(href, id)] };
  });
}
