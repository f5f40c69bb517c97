import { createHash } from 'node:crypto';
import { catalogue } from '@mcp-gateway/common/errors';
import type { RequestHandler } from 'express';

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}
section{padding:0 1rem;border-left:4px solid transparent}
:target{border-color:#07c}
h2{font:bold 1.1rem/1.5 ui-monospace,monospace}`;

const HEADERS = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
};

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const sections = Object.entries(catalogue).map(
  ([code, { status, title, cause, remedy }]) => `<section id="${code}">
<h2>${code}</h2>
<p>Status ${status}. <strong>${escapeHtml(title)}.</strong></p>
<p>Cause: ${escapeHtml(cause)}</p>
<p>What to do: ${escapeHtml(remedy)}</p>
</section>`,
);

/** Links are relative, so that the page also works below a path of a reverse proxy. */
const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Errors of MCP Gateway</title>
<style>${STYLE}</style>
<h1>Errors of MCP Gateway</h1>
<p>The management API answers errors as problem documents: <code>code</code> is one of these codes, and <code>detail</code>
says what is wrong with the request. On MCP paths <code>error.data.code</code> has the code.
<a href="openapi.json">openapi.json</a> describes the API.</p>
${sections.join('\n')}
</html>
`;

/** Explains every code of the catalogue; the `type` of a problem document points here. */
export const errorsPage: RequestHandler = (_req, res) => {
  res.set(HEADERS).type('text/html').send(HTML);
};
