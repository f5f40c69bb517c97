import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startDevelopmentIssuer } from '@mcp-gateway/development-issuer';
import { createLogger } from '@mcp-gateway/platform/logging';

/** The development issuer, and what a gateway says of its sign-in there (RFC 9728); nothing else of it takes part in a login. */
export async function startDevelopmentSignIn(folder: string) {
  let url = '';
  let issuer = '';
  const metadata = createServer((req, res) => {
    if (req.url !== '/.well-known/oauth-protected-resource/') return void res.writeHead(404).end();
    const resource = { resource: `${url}/`, authorization_servers: [issuer], scopes_supported: ['mcp.use'] };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(resource));
  });
  await new Promise<void>((resolve) => void metadata.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`;
  const log = createLogger('issuer', 'silent');
  const started = await startDevelopmentIssuer({ folder: join(folder, 'issuer'), gatewayUrls: [url], log });
  ({ issuer } = started);
  return {
    url,
    issuer,
    async stop() {
      await started.stop();
      metadata.closeAllConnections();
      await new Promise((resolve) => metadata.close(resolve));
    },
  };
}
