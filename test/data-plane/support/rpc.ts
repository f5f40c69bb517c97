import type { IncomingMessage } from 'node:http';
import { open, send, type Answer } from '../../support/http.js';

const VERSION = '2025-11-25';
let ids = 0;

export interface RpcAnswer extends Answer {
  // The tests check the content of answers.
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

const mcp = (gateway: string) => `${gateway}/adapters/echo/mcp`;
const inSession = (session: string) => ({ 'Mcp-Session-Id': session, 'Mcp-Protocol-Version': VERSION });

export const message = (method: string, params: object = {}, id: string | number = ++ids): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

/** Sends one request of a session; returns the answer's JSON, also when it comes as an event. */
export async function rpc(gateway: string, session: string, method: string, params: object = {}): Promise<RpcAnswer> {
  return answerOf(await send(mcp(gateway), { headers: inSession(session), body: message(method, params) }));
}

export const callTool = (gateway: string, session: string, name: string): Promise<RpcAnswer> =>
  rpc(gateway, session, 'tools/call', { name });

/** The name of the replica on which a session lives. */
export async function whereIs(gateway: string, session: string): Promise<string> {
  const { json, status, text } = await callTool(gateway, session, 'who');
  const name = json?.result?.content?.[0]?.text as string | undefined;
  if (name === undefined) throw new Error(`no answer: ${status} ${text}`);
  return name;
}

const PARAMS = { protocolVersion: VERSION, capabilities: { roots: {} }, clientInfo: { name: 'client', version: '7' } };

/** Opens a session as a client does, and returns its id. */
export async function begin(gateway: string, headers = {}): Promise<string> {
  const answer = answerOf(await send(mcp(gateway), { body: message('initialize', PARAMS), headers }));
  const session = answer.header('mcp-session-id');
  if (answer.status !== 200 || session === undefined) throw new Error(`no session: ${answer.status} ${answer.text}`);
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await send(mcp(gateway), { headers: { ...inSession(session), ...headers }, body });
  return session;
}

/** Opens the server's own stream of a session. */
export const openStream = (gateway: string, session: string, headers = {}): Promise<IncomingMessage> =>
  open(mcp(gateway), {
    method: 'GET',
    headers: { ...inSession(session), Accept: 'text/event-stream', ...headers },
  });

export function answerOf(answer: Answer): RpcAnswer {
  const isEvents = answer.header('content-type')?.startsWith('text/event-stream');
  const last = [...answer.text.matchAll(/^data: (.*)$/gm)].at(-1)?.[1];
  return { ...answer, json: parsed(isEvents ? last : answer.text) };
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
