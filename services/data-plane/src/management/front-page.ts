import { htmlPage } from '@mcp-gateway/platform/serving';
import type { RequestHandler } from 'express';

const PAGE = htmlPage({
  title: 'MCP Gateway',
  body: `<p>This gateway runs MCP servers and gives each of them a URL. There is nothing to sign in to here: programs use it.</p>
<ul>
<li><code>mcp</code> is the URL of all tools that you may use, for an MCP client; <code>mcp/t/NAME</code> is the URL of a toolset.</li>
<li><a href="adapters">adapters</a> lists the servers that you may use and manages them.</li>
<li><code>adapters/NAME/mcp</code> is the URL of one of them for an MCP client; <code>adapters/NAME/sse</code> is for clients and servers of the older transport.</li>
<li><a href="tools">tools</a> lists the registered tools that you may use and manages them.</li>
<li><a href="toolsets">toolsets</a> lists the selections of tools that you may use and manages them.</li>
<li><a href="api-keys">api-keys</a>, <a href="tenants">tenants</a>, <a href="audit">audit</a> and <code>permissions/explain</code> say and change who may do what, and tell who did what.</li>
<li><code>registry</code> is the URL for clients that take a registry of MCP servers; they read <code>registry/v0.1/servers</code>.</li>
<li><code>events</code> streams what changes of all these.</li>
<li><a href="openapi.json">openapi.json</a> describes the API.</li>
<li><a href="errors">errors</a> explains every error code.</li>
<li><a href="livez">livez</a> and <a href="readyz">readyz</a> tell whether the gateway works.</li>
</ul>`,
});

const TEXT = `MCP Gateway

This gateway runs MCP servers and gives each of them a URL. Below the address of this page:

  mcp                 is the URL of all tools that you may use, for an MCP client
  mcp/t/NAME          is the URL of a toolset
  adapters            lists the servers that you may use and manages them
  adapters/NAME/mcp   is the URL of one of them for an MCP client
  adapters/NAME/sse   is for clients and servers of the older transport
  tools               lists the registered tools that you may use and manages them
  toolsets            lists the selections of tools that you may use and manages them
  api-keys            lists your API keys and creates more
  tenants             groups callers, and limits what they use
  permissions/explain says why a caller may do something, or not
  audit               tells administrators who did what
  registry            is the URL for clients that take a registry of MCP servers; they read registry/v0.1/servers
  events              streams what changes
  openapi.json        describes the API
  errors              explains every error code
  livez, readyz       tell whether the gateway works
`;

/** A page for browsers and a text for programs that name the URLs to use. It shows nothing that needs a sign-in. */
export const frontPage: RequestHandler = (req, res) => {
  const isBrowser = req.accepts(['text/plain', 'text/html']) === 'text/html';
  res.set({ ...PAGE.headers, Vary: 'Accept' }).type(isBrowser ? 'text/html' : 'text/plain');
  res.send(isBrowser ? PAGE.html : TEXT);
};
