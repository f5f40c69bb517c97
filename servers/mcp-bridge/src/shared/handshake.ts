import type { Message } from '../message.js';
import { memberText, type Multiplexer } from './multiplexer.js';

/** The newest revision of MCP with sessions. */
const LEGACY_VERSION = '2025-11-25';
export const FIRST_MODERN_VERSION = '2026-07-28';
export const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
/** A legacy server may not answer a request before initialize at all. */
const DISCOVER_MS = 10_000;
const CLIENT_INFO = { name: 'mcp-bridge', version: '0.1.0' };

const UNSUPPORTED_VERSION = -32_022;

/** The server speaks no revision that begins with `initialize`. */
export class ModernOnly extends Error {
  override readonly name = 'ModernOnly';
  constructor() {
    super(`This MCP server speaks ${FIRST_MODERN_VERSION} and newer revisions of MCP only`);
  }
}

/** What a server has answered to `initialize`. */
export interface LegacyGreeting {
  /** The result as the server wrote it. */
  result: string;
  protocolVersion: string;
}

/**
 * Opens the legacy session of a server (MCP 2025-11-25, lifecycle). The bridge declares no capabilities of a client.
 * @throws Error in words when the server refuses, ends or does not answer
 */
export async function initialize(server: Multiplexer, withinMs: number): Promise<LegacyGreeting> {
  const params = { protocolVersion: LEGACY_VERSION, capabilities: {}, clientInfo: CLIENT_INFO };
  const answer = await server.ask('initialize', params, withinMs);
  if (answer.isError) {
    const { code, message } = JSON.parse(memberText(answer, 'error')) as { code?: number; message?: string };
    if (code === UNSUPPORTED_VERSION) throw new ModernOnly();
    throw new Error(`The MCP server refuses initialize: ${message}`);
  }
  server.notify(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  const result = memberText(answer, 'result');
  return { result, protocolVersion: versionIn(result) };
}

/** Whether a server that has just started speaks a modern revision, by its own account (MCP 2026-07-28, server/discover). */
export async function speaksModern(server: Multiplexer): Promise<boolean> {
  const meta = {
    [VERSION_KEY]: FIRST_MODERN_VERSION,
    'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const answer = await server.ask('server/discover', { _meta: meta }, DISCOVER_MS);
  return !answer.isError && supportsModern(answer);
}

function supportsModern(answer: Message): boolean {
  const { supportedVersions } = JSON.parse(memberText(answer, 'result')) as { supportedVersions?: unknown };
  return (
    Array.isArray(supportedVersions) &&
    supportedVersions.some((version) => typeof version === 'string' && version >= FIRST_MODERN_VERSION)
  );
}

function versionIn(result: string): string {
  const { protocolVersion } = JSON.parse(result) as { protocolVersion?: unknown };
  return typeof protocolVersion === 'string' ? protocolVersion : LEGACY_VERSION;
}
