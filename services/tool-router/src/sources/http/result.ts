import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import { failure } from '../source.js';
import type { Answer } from './read-answer.js';

/** Of the text of an error that a model gets to read. */
const MAX_ERROR_CHARS = 4_000;
const IMAGE_OR_AUDIO = /^(image|audio)\/(?!svg)[\w.+-]+$/;
const HTML = /^(text\/html|application\/xhtml\+xml)$/;

/** What a server has answered to the arguments of a tool, as the result of the call. */
export function resultOf({ status, mediaType, body }: Answer, tool: Tool): CallToolResult {
  if (status >= 300 && status < 400) {
    return failure(`The server of the tool answers ${status}, a redirect. The gateway does not follow it.`);
  }
  const media = status < 400 ? IMAGE_OR_AUDIO.exec(mediaType) : null;
  if (media) {
    return { content: [{ type: media[1] as 'image' | 'audio', data: body.toString('base64'), mimeType: mediaType }] };
  }
  const text = decode(body);
  if (text === undefined) {
    return failure(`The server of the tool answers ${status} with ${mediaType || 'bytes'}, which is no text.`);
  }
  if (HTML.test(mediaType)) {
    return failure(`The server of the tool answers ${status} with a web page instead of a result.`);
  }
  if (status >= 400) return failure(errorText(status, text));
  return tool.outputSchema ? structured(text) : { content: [{ type: 'text', text }] };
}

function structured(text: string): CallToolResult {
  try {
    // Also other values than objects: the output schema decides.
    const value = JSON.parse(text) as Record<string, unknown>;
    return { content: [{ type: 'text', text }], structuredContent: value };
  } catch {
    return failure(
      `The server of the tool has to answer with JSON, because the tool has an output schema: ${cut(text)}`,
    );
  }
}

function errorText(status: number, text: string): string {
  const said = cut(text.trim());
  return said ? `The tool answers ${status}: ${said}` : `The tool answers ${status} without a text.`;
}

const cut = (text: string): string => (text.length > MAX_ERROR_CHARS ? `${text.slice(0, MAX_ERROR_CHARS)}…` : text);

function decode(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
