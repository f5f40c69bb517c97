import { matchesName } from '@mcp-gateway/common/contracts';
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, type Result } from '@modelcontextprotocol/server';
import type { ToolCalls } from '../calls/call-tool.js';
import type { Round } from '../calls/rounds.js';
import type { KnownSource } from '../catalog/known-source.js';
import type { View } from '../catalog/view.js';
import { SourceError, type CallContext, type SourceRequest } from '../sources/source.js';
import { knownParams } from './known-members.js';

/** Requests that one source answers, apart from calls of tools. */
export const FORWARDED = [
  'prompts/get',
  'resources/read',
  'completion/complete',
] as const satisfies SourceRequest['method'][];

/**
 * Sends a request about a prompt or a resource to the source that offers it, under the name that the source knows.
 * @throws ProtocolError when the caller sees no such thing, and when the source fails
 */
export async function forwardRequest(
  { view, calls }: { view: View; calls: ToolCalls },
  method: SourceRequest['method'],
  { params, round }: { params: Record<string, unknown>; round: Round },
  context: CallContext,
): Promise<Result> {
  const given = knownParams(method, params);
  const { source: known, changes, about } = subjectOf(view, method, given);
  const subject = { ...given, ...changes };
  const message = { what: `${method} ${about}`, method, params: subject };
  const result = await calls.inRounds(known, message, round, context, (toServer, inRound) => {
    if (!known.source.request) throw new SourceError('the source has neither prompts nor resources');
    return known.source.request({ method, params: { ...subject, ...toServer } }, inRound);
  });
  if (result['isError'] !== true) return result;
  // Only tools answer failures with a result.
  const [first] = result['content'] as { text: string }[];
  throw new ProtocolError(ProtocolErrorCode.InternalError, first?.text ?? 'The source failed');
}

interface Subject {
  source: KnownSource;
  /** To the parameters, for the source. */
  changes: Record<string, unknown>;
  /** Names the prompt or the resource. */
  about: string;
}

function subjectOf(view: View, method: SourceRequest['method'], params: Record<string, unknown>): Subject {
  switch (method) {
    case 'prompts/get':
      return promptOf(view, params['name'], (name) => ({ name }));
    case 'completion/complete':
      return referenced(view, (params['ref'] ?? {}) as Record<string, unknown>);
    default:
      return { source: sourceOfUri(view, String(params['uri'])), changes: {}, about: String(params['uri']) };
  }
}

function promptOf(view: View, name: unknown, changes: (name: string) => Record<string, unknown>): Subject {
  const found = view.find('prompts', String(name));
  if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${String(name)}`);
  return { source: found.source, changes: changes(found.original.name), about: found.original.name };
}

/** What a completion is about (MCP 2025-11-25, completion). */
function referenced(view: View, ref: Record<string, unknown>): Subject {
  if (ref['type'] === 'ref/prompt') return promptOf(view, ref['name'], (name) => ({ ref: { ...ref, name } }));
  return { source: sourceOfUri(view, String(ref['uri'])), changes: {}, about: String(ref['uri']) };
}

const MAX_URI_CHARS = 8_192;

/** @throws ProtocolError when the caller sees no such resource */
export function sourceOfUri(view: View, uri: string): KnownSource {
  if (uri.length > MAX_URI_CHARS) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `A URI may have at most ${MAX_URI_CHARS} characters`);
  }
  const listed = view.find('resources', uri) ?? view.find('templates', uri);
  const found = listed ?? view.templates.find(({ key }) => isExpansion(key, uri));
  if (!found) throw new ResourceNotFoundError(uri);
  return found.source;
}

const EXPRESSIONS = /\{[^{}]*\}/g;

/** Any text stands for an expression: the SDK would try many ways to divide a URI among the expressions of a hostile template. */
export const isExpansion = (template: string, uri: string): boolean =>
  matchesName(template.replaceAll(EXPRESSIONS, '*'), uri);
