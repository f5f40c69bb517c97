import { errorCatalogue } from '@mcp-gateway/common/errors';
import { htmlPage } from '@mcp-gateway/platform/serving';
import type { RequestHandler } from 'express';

const STYLE = `
section{padding:0 1rem;border-left:4px solid transparent}
:target{border-color:#07c}
h2{font:bold 1.1rem/1.5 ui-monospace,monospace}`;

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const sections = Object.entries(errorCatalogue).map(
  ([code, { status, title, cause, remedy }]) => `<section id="${code}">
<h2>${code}</h2>
<p>Status ${status}. <strong>${escapeHtml(title)}.</strong></p>
<p>Cause: ${escapeHtml(cause)}</p>
<p>What to do: ${escapeHtml(remedy)}</p>
</section>`,
);

const PAGE = htmlPage({
  title: 'Errors of MCP Gateway',
  style: STYLE,
  body: `<p>The management API answers errors as problem documents: <code>code</code> is one of these codes, and <code>detail</code>
says what is wrong with the request. On MCP paths <code>error.data.code</code> has the code.
<a href="openapi.json">openapi.json</a> describes the API.</p>
${sections.join('\n')}`,
});

/** Explains every code of the catalogue; the `type` of a problem document points here. */
export const errorsPage: RequestHandler = (_req, res) => {
  res.set(PAGE.headers).type('text/html').send(PAGE.html);
};
