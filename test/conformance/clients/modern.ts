import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { targetUrl } from './url.ts';
import { useAll } from './use.ts';

const client = new Client(
  { name: 'conformance-modern', version: '1.0.0' },
  { capabilities: { elicitation: {} }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
);
client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { confirmed: true } }));
await client.connect(new StreamableHTTPClientTransport(await targetUrl()));
await useAll(client);
await client.close();
