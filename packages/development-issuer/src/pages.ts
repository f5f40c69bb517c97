import type { ServerResponse } from 'node:http';
import { htmlPage } from '@mcp-gateway/platform/serving';
import { USERS } from './users.js';

type HtmlPage = ReturnType<typeof htmlPage>;

const STYLE = 'button{font:inherit;padding:.5rem 1rem;margin:.25rem 0;min-width:16rem;text-align:left}';
const WARNING =
  '<p><strong>For development only.</strong> Anyone on this machine can be any of these users, without a password.</p>';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** Asks for which user a client gets tokens. */
export function signInPage(client: string, redirectUri: string): HtmlPage {
  const buttons = USERS.map(
    ({ id, name, roles }) =>
      `<p><button name="user" value="${id}">${name} (${roles.length > 0 ? roles.join(', ') : 'no roles'})</button></p>`,
  );
  const back = redirectUri && `<p>It continues at <code>${escapeHtml(redirectUri)}</code>.</p>`;
  const body = `${WARNING}<p>Who uses <em>${escapeHtml(client)}</em>?</p>${back}<form method="post">${buttons.join('')}</form>`;
  return htmlPage({ title: 'Sign in to MCP Gateway', body, style: STYLE });
}

/** @param text not HTML */
export const donePage = (title: string, text: string): HtmlPage =>
  htmlPage({ title, body: `<p>${escapeHtml(text)}</p>` });

export function sendPage(res: ServerResponse, page: HtmlPage, status = 200): void {
  res.writeHead(status, headersOf(page)).end(page.html);
}

/**
 * The body of a page of the device flow, whose headers it sets.
 * @param form HTML of the provider
 */
export function devicePage(res: ServerResponse, form: string, text: string): string {
  const button = form && '<p><button type="submit" form="op.deviceInputForm">Continue</button></p>';
  const button2 = form.includes('op.deviceConfirmForm') ? button.replace('Input', 'Confirm') : button;
  const page = htmlPage({ title: 'Sign in a device', body: `${WARNING}<p>${escapeHtml(text)}</p>${form}${button2}` });
  for (const [name, value] of Object.entries(headersOf(page))) res.setHeader(name, value);
  return page.html;
}

/** Browsers hold the redirect after a form against `form-action`, and clients may be anywhere. */
const headersOf = ({ headers }: HtmlPage): Record<string, string> => ({
  ...headers,
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': headers['Content-Security-Policy']?.replace("form-action 'none'; ", '') ?? '',
});
