import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';

const STYLE = 'body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}';

/** Links are relative, so that the page also works below a path of a reverse proxy. */
const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>MCP Gateway</title>
<style>${STYLE}</style>
<h1>MCP Gateway</h1>
<p>This gateway runs MCP servers and gives each of them a URL. There is nothing to sign in to here: programs use it.</p>
<ul>
<li><a href="adapters">adapters</a> lists the servers that you may use and manages them.</li>
<li><code>adapters/NAME/mcp</code> is the URL of one of them for an MCP client; <code>adapters/NAME/sse</code> is for clients and servers of the older transport.</li>
<li><a href="openapi.json">openapi.json</a> describes the API.</li>
<li><a href="errors">errors</a> explains every error code.</li>
<li><a href="livez">livez</a> and <a href="readyz">readyz</a> tell whether the gateway works.</li>
</ul>
</html>
`;

const TEXT = `MCP Gateway

This gateway runs MCP servers and gives each of them a URL. Below the address of this page:

  adapters            lists the servers that you may use and manages them
  adapters/NAME/mcp   is the URL of one of them for an MCP client
  adapters/NAME/sse   is for clients and servers of the older transport
  openapi.json        describes the API
  errors              explains every error code
  livez, readyz       tell whether the gateway works
`;

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
  Vary: 'Accept',
  'X-Content-Type-Options': 'nosniff',
};

/** A page for browsers and a text for programs that name the URLs to use. It shows nothing that needs a sign-in. */
export const frontPage: RequestHandler = (req, res) => {
  const isBrowser = req.accepts(['text/plain', 'text/html']) === 'text/html';
  res.set(HEADERS).type(isBrowser ? 'text/html' : 'text/plain');
  res.send(isBrowser ? HTML : TEXT);
};
