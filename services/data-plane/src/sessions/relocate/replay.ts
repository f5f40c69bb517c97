import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { MAX_UPSTREAM_ID_BYTES, type SessionRecord } from '@mcp-gateway/sessions';
import type { Upstreams } from '../../upstream/pools.js';
import { callUpstream, sessionHeaders, type UpstreamCall, type UpstreamReply } from '../../upstream/call.js';
import { terminateUpstreamSession } from '../termination.js';

export interface ReplayRequest {
  endpoint: Endpoint;
  /** The client's initialize, and the version negotiated with the server. */
  record: SessionRecord;
  /** The headers of the request that made the replay necessary, as the server would get them. */
  headers: readonly string[];
}

const INITIALIZE_MS = 10_000;
const RESTORE_MS = 5_000;
/**
 * Begins a session again by replaying the client's initialize and its session settings: log level and subscriptions
 * (MCP 2025-11-25, lifecycle). Returns the server's id of the new session. Terminates a new session that cannot be
 * used.
 * @throws GatewayError SESSION_NOT_FOUND when the server does not accept the replay as the first server did; UPSTREAM_…
 *   when a later attempt may succeed
 */
export async function replay(upstreams: Upstreams, replayed: ReplayRequest): Promise<string> {
  const { endpoint, record } = replayed;
  const begun: BegunSession = { upstreamId: undefined, protocolVersion: record.protocolVersion };
  try {
    return await begin(upstreams, replayed, begun);
  } catch (error) {
    const { upstreamId } = begun;
    if (upstreamId !== undefined) {
      void terminateUpstreamSession(upstreams, endpoint, {
        ...begun,
        upstreamId,
        headers: sessionHeaders(replayed.headers),
      });
    }
    throw error;
  }
}

/** The server's answers so far. */
interface BegunSession {
  upstreamId: string | undefined;
  protocolVersion: string | null;
}

async function begin(
  upstreams: Upstreams,
  { endpoint, record, headers }: ReplayRequest,
  begun: BegunSession,
): Promise<string> {
  const base = sessionHeaders(headers);
  const ask = (
    more: string[],
    message: unknown,
    timeoutMs: number,
    told: Partial<UpstreamCall> = {},
  ): Promise<UpstreamReply> => {
    const asked: UpstreamCall = { method: 'POST', headers: [...base, ...more], message, timeoutMs };
    return callUpstream(upstreams, endpoint, { ...asked, ...told });
  };

  const { initialize, version } = initializeOf(record);
  const onSession = (upstreamId: string) => (begun.upstreamId = upstreamId);
  const reply = await ask([], initialize, INITIALIZE_MS, { onSession });
  begun.protocolVersion = versionIn(reply) ?? version;
  if (reply.status === 429 || reply.status >= 500) {
    throw new GatewayError('UPSTREAM_INVALID', { cause: new Error(`initialize was answered ${reply.status}`) });
  }
  const upstreamId = sessionIn(reply, version);

  const session = ['Mcp-Session-Id', upstreamId, ...(version === null ? [] : ['Mcp-Protocol-Version', version])];
  await ask(session, { jsonrpc: '2.0', method: 'notifications/initialized' }, INITIALIZE_MS);
  for (const [index, request] of settingsRequests(record).entries()) {
    // An error, such as for a resource that is gone, is dropped: the client receives no more updates of it, as before.
    const message = { jsonrpc: '2.0', id: `mcp-gateway-replay-${index}`, ...request };
    await ask(session, message, RESTORE_MS).catch(() => {});
  }
  return upstreamId;
}

/** The client's own initialize, with the version that it has spoken since the server's answer. */
function initializeOf({ initialize, protocolVersion }: SessionRecord) {
  const message = JSON.parse(initialize ?? 'null') as { params?: { protocolVersion?: string } } | null;
  if (!message?.params) throw notAccepted("the client's initialize is not recorded");
  const version = protocolVersion ?? message.params.protocolVersion ?? null;
  return {
    initialize: { ...message, params: { ...message.params, protocolVersion: version } },
    version: protocolVersion,
  };
}

const versionIn = ({ response }: UpstreamReply): string | undefined =>
  (response?.result as { protocolVersion?: string } | undefined)?.protocolVersion;

function sessionIn(reply: UpstreamReply, version: string | null): string {
  const { status, sessionId, response } = reply;
  if (status >= 300 || !response?.result) throw notAccepted(`the replica answered initialize with ${status}`);
  const spoken = versionIn(reply);
  if (version !== null && spoken !== version) {
    throw notAccepted(`the replica speaks ${spoken}, the client ${version}`);
  }
  if (sessionId === undefined || Buffer.byteLength(sessionId) > MAX_UPSTREAM_ID_BYTES) {
    throw notAccepted('the replica gave the session no id');
  }
  return sessionId;
}

const notAccepted = (why: string) =>
  new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone', cause: new Error(why) });

function settingsRequests({ logLevel, subscriptions }: SessionRecord): { method: string; params: object }[] {
  return [
    ...(logLevel === null ? [] : [{ method: 'logging/setLevel', params: { level: logLevel } }]),
    ...subscriptions.map((uri) => ({ method: 'resources/subscribe', params: { uri } })),
  ];
}
