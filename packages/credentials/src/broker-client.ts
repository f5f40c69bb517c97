import type { SecureContextOptions } from 'node:tls';
import {
  type CertificateRequest,
  type CredentialRequest,
  type DefinitionReport,
  IssuedCertificates,
  IssuedCredential,
} from '@mcp-gateway/common/contracts';
import { type ErrorCode, GatewayError, unavailable } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { INTERNAL_SECRET_HEADER } from '@mcp-gateway/platform/serving';
import { Agent, buildConnector, request } from 'undici';
import type { z } from 'zod';

export interface BrokerClient {
  /** @throws GatewayError CREDENTIAL_UNAVAILABLE, ADAPTER_NOT_FOUND, SIGN_IN_REQUIRED, UNAVAILABLE */
  issue(asked: CredentialRequest): Promise<IssuedCredential>;
  /** @throws GatewayError CREDENTIAL_UNAVAILABLE, ADAPTER_NOT_FOUND, UNAVAILABLE */
  certificates(asked: CertificateRequest): Promise<IssuedCertificates>;
  /** Records what a source of tools defines. @throws GatewayError UNAVAILABLE */
  report(report: DefinitionReport): Promise<void>;
  close(): Promise<void>;
}

export interface BrokerClientParts {
  /** The control plane's URL. */
  controlPlane: string;
  /** The secrets now. Empty when the operator has configured none. */
  secrets: () => readonly string[];
  /** The certificates for the control plane, for each new connection. Undefined: those of the system. */
  tls?: (() => SecureContextOptions) | undefined;
  log: Logger;
}

/** Longer than the control plane waits for an authorization server. */
const ANSWER_MS = 8_000;
const MAX_CONNECTIONS = 16;
const MAX_BYTES = 1024 * 1024;
/** Refusals of the control plane that clients get as they are. */
const PASSED_ON = new Set<unknown>([
  'CREDENTIAL_UNAVAILABLE',
  'ADAPTER_NOT_FOUND',
  'SIGN_IN_REQUIRED',
] satisfies ErrorCode[]);

/** Asks the control plane for credentials, and tells it what sources define. No message and no log line has what is sent or received. */
export function brokerClient({ controlPlane, secrets, tls, log }: BrokerClientParts): BrokerClient {
  const connect: buildConnector.connector = (options, callback) => buildConnector(tls?.() ?? {})(options, callback);
  const limits = { connections: MAX_CONNECTIONS, maxResponseSize: MAX_BYTES };
  const dispatcher = new Agent({ ...limits, ...(tls && { connect }) });
  const base = new URL('internal/', controlPlane.endsWith('/') ? controlPlane : `${controlPlane}/`);

  async function post(path: string, body: string) {
    const headers = { [INTERNAL_SECRET_HEADER]: secrets().join(','), 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await request(new URL(path, base), { dispatcher, method: 'POST', headers, body, signal });
    return { status: answer.statusCode, headers: answer.headers, json: await answer.body.json() };
  }

  async function ask<T>(path: string, asked: object, schema: z.ZodType<T>): Promise<T> {
    if (secrets().length === 0) {
      throw new GatewayError('CREDENTIAL_UNAVAILABLE', {
        detail: 'the operator has set no MCP_GATEWAY_INTERNAL_SECRETS, so the data plane gets no credentials',
      });
    }
    const answer = await post(path, JSON.stringify(asked)).catch((cause: unknown) => {
      throw unreachableBroker(cause);
    });
    if (answer.status === 200) return parsed(schema, answer.json);
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
  }

  return {
    issue: (asked) => ask('credentials', asked, IssuedCredential),
    certificates: (asked) => ask('certificates', asked, IssuedCertificates),
    async report(report) {
      const { status, json } = await post('definitions', JSON.stringify(report)).catch((cause: unknown) => {
        throw unavailable('the control plane, which records definitions of tools, does not answer', { cause });
      });
      const { detail, title } = json as { detail?: unknown; title?: unknown };
      if (status !== 200) throw unavailable(`the control plane answers ${status}: ${String(detail ?? title)}`);
    },
    close: () => dispatcher.destroy(),
  };
}

function parsed<T>(schema: z.ZodType<T>, json: unknown): T {
  const { data } = schema.safeParse(json);
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
