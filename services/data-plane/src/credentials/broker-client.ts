import type { SecureContextOptions } from 'node:tls';
import { type CredentialRequest, IssuedCredential } from '@mcp-gateway/common/contracts';
import { type ErrorCode, GatewayError, unavailable } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { Agent, buildConnector, request } from 'undici';

export interface BrokerClient {
  /** @throws GatewayError CREDENTIAL_UNAVAILABLE, ADAPTER_NOT_FOUND, SIGN_IN_REQUIRED, UNAVAILABLE */
  issue(asked: CredentialRequest): Promise<IssuedCredential>;
  close(): Promise<void>;
}

export interface BrokerClientParts {
  /** The control plane's URL. */
  controlPlane: string;
  /** Undefined when the operator has configured none. */
  secret: (() => string) | undefined;
  /** The certificates for the control plane, for each new connection. Undefined: those of the system. */
  tls?: (() => SecureContextOptions) | undefined;
  log: Logger;
}

/** Longer than the control plane waits for an authorization server. */
const ANSWER_MS = 8_000;
const MAX_CONNECTIONS = 16;
const MAX_BYTES = 128 * 1024;
/** Refusals of the control plane that clients get as they are. */
const PASSED_ON = new Set<unknown>([
  'CREDENTIAL_UNAVAILABLE',
  'ADAPTER_NOT_FOUND',
  'SIGN_IN_REQUIRED',
] satisfies ErrorCode[]);

/** Asks the control plane for credentials. No message and no log line has what is sent or received. */
export function brokerClient({ controlPlane, secret, tls, log }: BrokerClientParts): BrokerClient {
  const connect: buildConnector.connector = (options, callback) => buildConnector(tls?.() ?? {})(options, callback);
  const limits = { connections: MAX_CONNECTIONS, maxResponseSize: MAX_BYTES };
  const dispatcher = new Agent({ ...limits, ...(tls && { connect }) });
  const url = new URL('internal/credentials', controlPlane.endsWith('/') ? controlPlane : `${controlPlane}/`);

  async function post(body: string) {
    const headers = { authorization: `Bearer ${secret?.()}`, 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await request(url, { dispatcher, method: 'POST', headers, body, signal });
    return { status: answer.statusCode, headers: answer.headers, json: await answer.body.json() };
  }

  return {
    async issue(asked) {
      if (secret === undefined) {
        throw new GatewayError('CREDENTIAL_UNAVAILABLE', {
          detail: 'the operator has set no MCP_GATEWAY_INTERNAL_SECRETS, so the data plane gets no credentials',
        });
      }
      const answer = await post(JSON.stringify(asked)).catch((cause: unknown) => {
        throw unreachableBroker(cause);
      });
      if (answer.status === 200) return parsed(answer.json);
      const { code, detail } = answer.json as { code?: unknown; detail?: unknown };
      if (!PASSED_ON.has(code)) {
        log.error({ status: answer.status, code, reason: detail }, 'the control plane gives no credential');
        throw unreachableBroker(new Error(`the control plane answered ${answer.status} ${String(code)}`), detail);
      }
      const challenge = answer.headers['www-authenticate'];
      throw new GatewayError(code as ErrorCode, {
        ...(typeof detail === 'string' && { detail }),
        ...(typeof challenge === 'string' && { headers: { 'www-authenticate': challenge } }),
      });
    },
    close: () => dispatcher.destroy(),
  };
}

function parsed(json: unknown): IssuedCredential {
  const { data } = IssuedCredential.safeParse(json);
  if (data) return data;
  throw unreachableBroker(new Error('the control plane answered with something else than a credential'));
}

const unreachableBroker = (cause: unknown, detail?: unknown) =>
  unavailable(
    typeof detail === 'string'
      ? detail
      : 'the control plane, which gives credentials for the MCP server, does not answer',
    { retryAfterSeconds: 2, cause },
  );
