import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { oidcSignIn } from './verifier.js';

const CLIENT = 'gateway client:1';
const SECRET = 'a secret+%&: of ä client';

/** What its endpoint does, as a test wants it. */
const USUAL = {
  isDown: false,
  delayMs: 0,
  /** Bytes that an answer has besides. */
  padding: 0,
  /** Whether the endpoint says that it has moved. */
  isMoved: false,
  /** The `iss` of the discovery document; default: the issuer. */
  discovered: undefined as string | undefined,
};

/** An issuer of opaque tokens on loopback: discovery, and introspection of its tokens (RFC 7662). */
export async function startIntrospectingIssuer() {
  const state = { ...USUAL, secret: SECRET, calls: 0, reads: 0, mostAtOnce: 0 };
  const answers = new Map<string, object>();
  /** The tokens that it was asked about, with what else came. */
  const asked: { token: string | null; hint: string | null; authorization: string | undefined }[] = [];
  let running = 0;

  async function introspect(req: IncomingMessage): Promise<{ status: number; answer: object; location?: string }> {
    const form = new URLSearchParams(await text(req));
    asked.push({
      token: form.get('token'),
      hint: form.get('token_type_hint'),
      authorization: req.headers.authorization,
    });
    await new Promise((resolve) => setTimeout(resolve, state.delayMs).unref());
    if (state.isMoved) return { status: 307, answer: {}, location: `${url}/elsewhere` };
    if (state.isDown) return { status: 503, answer: {} };
    if (!isClient(req, form, state.secret)) return { status: 401, answer: { error: 'invalid_client' } };
    return { status: 200, answer: answers.get(form.get('token') ?? '') ?? { active: false } };
  }

  const server = createServer((req, res) => {
    if (req.url !== '/introspect') {
      state.reads += 1;
      const document = { issuer: state.discovered ?? url, introspection_endpoint: `${url}/introspect` };
      res.writeHead(state.isDown ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
      return;
    }
    state.calls += 1;
    running += 1;
    state.mostAtOnce = Math.max(state.mostAtOnce, running);
    res.once('close', () => (running -= 1));
    void introspect(req).then(({ status, answer, location }) => {
      const padded = state.padding > 0 ? { ...answer, padding: 'x'.repeat(state.padding) } : answer;
      const headers = { 'content-type': 'application/json', ...(location !== undefined && { location }) };
      res.writeHead(status, headers).end(JSON.stringify(padded));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const claims = () => ({
    active: true,
    iss: url,
    aud: 'gateway',
    sub: 'alice',
    exp: Math.floor(Date.now() / 1000) + 600,
    token_type: 'Bearer',
    client_id: 'agent',
  });
  const settings = (introspection: object = {}) => ({
    issuer: url,
    audiences: ['gateway'],
    introspection: { clientId: CLIENT, ...introspection },
  });
  return {
    issuer: url,
    state,
    asked,
    /** A new token with these claims; undefined ones are left out. */
    issue(changes: Record<string, unknown> = {}, token = randomBytes(24).toString('base64url')) {
      answers.set(token, { ...claims(), ...changes });
      return token;
    },
    /** Answers about a token with exactly this. */
    answer: (token: string, answer: object) => void answers.set(token, answer),
    revoke: (token: string) => void answers.delete(token),
    reset: () => void Object.assign(state, USUAL),
    /** As in OIDC_ISSUERS. */
    settings,
    signIn: (introspection: object = {}, others: object[] = []) => ({
      ...oidcSignIn([settings(introspection), ...others]),
      introspectionSecret: () => state.secret,
    }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type IntrospectingIssuer = Awaited<ReturnType<typeof startIntrospectingIssuer>>;

/** Whether the request has the credentials of the client, in the header or in the body (RFC 6749 §2.3.1). */
function isClient({ headers }: IncomingMessage, form: URLSearchParams, secret: string): boolean {
  const { authorization = '' } = headers;
  if (!authorization.startsWith('Basic ')) {
    return form.get('client_id') === CLIENT && form.get('client_secret') === secret;
  }
  const [id, given] = Buffer.from(authorization.slice(6), 'base64').toString().split(':');
  const decoded = (part = '') => decodeURIComponent(part.replaceAll('+', ' '));
  return decoded(id) === CLIENT && decoded(given) === secret && !form.has('client_secret');
}
