import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { ResourceKind } from '@mcp-gateway/common/contracts';
import { Supervisor, type SupervisorOptions } from './supervisor.js';
import { DesiredWorkload } from '../../workload.js';

export { catalogue, CatalogueError, readCatalogue, type Catalogue, type CatalogueEntry } from '../catalogue.js';
export { systemClock, type Clock } from '../clock.js';
export { defaultTimes } from './supervisor.js';

export interface RunningSupervisor {
  /** Ends every replica, and closes the socket. */
  close(): Promise<void>;
}

/**
 * Starts a supervisor that listens on the Unix socket.
 * @throws Error when another supervisor listens there already
 */
export async function startSupervisor(socketPath: string, options: SupervisorOptions): Promise<RunningSupervisor> {
  if (await isListening(socketPath)) throw new Error(`another supervisor listens on ${socketPath}`);
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
  await rm(socketPath, { force: true });
  const supervisor = new Supervisor(options);
  const server = supervisorServer(supervisor);
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    async close() {
      await supervisor.close();
      server.close();
      server.closeAllConnections();
      await rm(socketPath, { force: true });
    },
  };
}

/** Whether a process listens on the socket; the socket file of a killed process does not answer. */
export async function isListening(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const KEEP_ALIVE_MS = 2_000;

/**
 * The supervisor's API, on a Unix socket that only this user can open: GET /workloads, GET|PUT|DELETE
 * /workloads/{kind}/{name}, and GET /watch, which streams one line of JSON, `{ kind, name }`, for each change.
 */
function supervisorServer(supervisor: Supervisor): Server {
  return createServer((req, res) => {
    handle(supervisor, req, res).catch((error: unknown) => {
      if (!res.headersSent) res.writeHead(500);
      res.end(String(error));
    });
  });
}

async function handle(supervisor: Supervisor, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const [, collection, word, name = ''] = (req.url ?? '/').split('/');
  if (req.method === 'GET' && collection === 'watch') return watch(supervisor, res);
  if (collection !== 'workloads') return answer(res, 404, 'no such collection');
  if (!word) return req.method === 'GET' ? answer(res, 200, supervisor.list()) : answer(res, 405, 'no such verb');
  const kind = ResourceKind.safeParse(word).data;
  if (kind === undefined || name === '') return answer(res, 404, 'no such kind of resource');
  const ref = { kind, name };
  switch (req.method) {
    case 'GET':
      return answer(res, 200, supervisor.observe(ref));
    case 'PUT':
      supervisor.apply(DesiredWorkload.parse(await json(req)));
      return answer(res, 202, 'accepted');
    case 'DELETE':
      void supervisor.remove(ref);
      return answer(res, 202, 'accepted');
    default:
      return answer(res, 405, 'no such verb');
  }
}

function answer(res: ServerResponse, status: number, body: unknown) {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function watch(supervisor: Supervisor, res: ServerResponse) {
  res.writeHead(200, { 'content-type': 'text/plain' });
  res.flushHeaders();
  const stop = supervisor.watch(({ kind, name }) => res.write(`${JSON.stringify({ kind, name })}\n`));
  const keepAlive = setInterval(() => res.write('\n'), KEEP_ALIVE_MS);
  res.once('close', () => {
    clearInterval(keepAlive);
    stop();
  });
}
