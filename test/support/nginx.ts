import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { folder } from './after-tests.js';
import { collect } from './launch.js';
import { waitFor } from './wait.js';

// A user other than root may not have these on PATH.
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

export const hasNginx = ((): boolean => {
  try {
    execFileSync('nginx', ['-v'], { env: { PATH }, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Site {
  port: number;
  certificate: { cert: Buffer; key: Buffer };
  /** The URL that the path below the prefix is appended to. */
  upstream: string;
  /** The path of the gateway, such as `/gw`. */
  prefix: string;
  /** Whether nginx removes the prefix. */
  strips: boolean;
}

/** nginx on localhost with TLS, as an administrator configures it for streams. It ends with `stop`. */
export async function startNginx({ port, certificate, upstream, prefix, strips }: Site) {
  const home = await folder();
  await writeFile(join(home, 'cert.pem'), certificate.cert);
  await writeFile(join(home, 'key.pem'), certificate.key, { mode: 0o600 });
  // RFC 9728 §3.1 puts the well-known part before the whole path, so it is outside of the prefix.
  const wellKnown = `/.well-known/oauth-protected-resource${prefix}/`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home};`);
  const config = `
daemon off; master_process off; pid ${home}/nginx.pid; error_log stderr warn;
events {}
http {
  access_log off; ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${home}/cert.pem; ssl_certificate_key ${home}/key.pem;
    proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 1h;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    location ${prefix}/ { proxy_pass ${upstream}${strips ? '/' : ''}; }
    location ${wellKnown} { proxy_pass ${upstream}; }
  }
}`;
  await writeFile(join(home, 'nginx.conf'), config);
  const child = spawn('nginx', ['-c', join(home, 'nginx.conf'), '-p', home], {
    env: { PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const stop = async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  };
  await waitFor('nginx to listen', async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${output()}`);
    return isListening(port);
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { stop, output };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}
