import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import { donePage, sendPage, signInPage } from './pages.js';
import { SCOPE, SCOPES } from './provider.js';
import { userOf } from './users.js';

const MAX_FORM_BYTES = 1_024;

/** The page that asks who the caller is. */
export async function showSignIn(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const details = await detailsOf(provider, req, res);
  if (!details) return;
  const { params } = details;
  const client = await provider.Client.find(String(params['client_id']));
  const name = client?.clientName ?? textsOf(params['client_id'])[0] ?? 'An unknown client';
  sendPage(res, signInPage(name, textsOf(params['redirect_uri'])[0] ?? ''));
}

/**
 * Takes the chosen user, and gives the client what it asked for.
 * @param gateway the URL that tokens are for when the client names none
 */
export async function answerSignIn(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
  gateway: string,
): Promise<void> {
  const user = userOf((await formOf(req)).get('user') ?? '');
  if (!user) return sendPage(res, donePage('Sign-in failed', 'There is no such user. Go back and choose one.'), 400);
  const details = await detailsOf(provider, req, res);
  if (!details) return;
  const { params } = details;
  const grant = new provider.Grant({ accountId: user.id, clientId: textsOf(params['client_id'])[0] });
  grant.addOIDCScope(SCOPES.join(' '));
  const named = textsOf(params['resource']);
  for (const resource of named.length > 0 ? named : [gateway]) grant.addResourceScope(resource, SCOPE);
  const grantId = await grant.save();
  await provider.interactionFinished(req, res, {
    login: { accountId: user.id, remember: false },
    consent: { grantId },
  });
}

/** A parameter may be missing, or there several times. */
const textsOf = (parameter: unknown): string[] => [parameter].flat().filter((each) => typeof each === 'string');

/** Undefined when the sign-in has ended or belongs to another browser, which the answer then says. */
async function detailsOf(provider: Provider, req: IncomingMessage, res: ServerResponse) {
  try {
    return await provider.interactionDetails(req, res);
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    sendPage(res, donePage('This sign-in has ended', 'Start it again in your MCP client.'), 400);
    return undefined;
  }
}

async function formOf(req: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_FORM_BYTES) throw new Error('the form is too long');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
