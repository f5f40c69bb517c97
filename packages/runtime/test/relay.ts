import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { kubeconfigOf } from './kubeconfig.js';

export interface Relay {
  /** A kubeconfig for clients of the relay. */
  kubeconfig: string;
  /** Method and path of each request since the last call, without watches. */
  requests(): string[];
  /** Everything that the API server has sent in watches. */
  watched(): string;
  /** Refuses requests and breaks running ones, until `join`. */
  cut(): void;
  join(): void;
  close(): Promise<void>;
}

/** A proxy between a client and the API server, with the rights of the administrator, that records the traffic. */
export async function startRelay(kubeconfig: string): Promise<Relay> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8'));
  const [{ cluster }, { user }] = [clusters[0], users[0]];
  const tls = {
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  };
  const requests: string[] = [];
  let watched = '';
  let isPartitioned = false;

  function hand(req: IncomingMessage, res: ServerResponse) {
    if (isPartitioned) return void req.destroy();
    const url = new URL(req.url ?? '/', cluster.server);
    const isWatch = url.searchParams.has('watch');
    if (!isWatch) requests.push(`${req.method} ${url.pathname}`);
    const onward = request(
      url,
      { ...tls, method: req.method, headers: { ...req.headers, host: url.host } },
      (answer) => {
        if (isWatch) answer.on('data', (chunk) => (watched += String(chunk)));
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
        answer.once('error', () => res.destroy());
      },
    );
    onward.once('error', () => res.destroy());
    res.once('close', () => onward.destroy());
    req.pipe(onward);
  }

  const server = createServer(hand).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    kubeconfig: await kubeconfigOf((server.address() as AddressInfo).port),
    requests: () => requests.splice(0),
    watched: () => watched,
    cut() {
      isPartitioned = true;
      server.closeAllConnections();
    },
    join: () => void (isPartitioned = false),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
