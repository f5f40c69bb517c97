import type { Log } from '../log.js';
import { readBody } from '../message.js';
import { Sessions } from '../sessions.js';
import { OWN_VARIABLES, type Settings } from '../settings.js';
import { initialize, ModernOnly, speaksModern } from '../shared/handshake.js';
import { isModern, LegacyOnly, serveModern } from '../shared/modern.js';
import { Multiplexer } from '../shared/multiplexer.js';
import { SharedServer, type SharedServerOptions } from '../shared/shared-server.js';
import { SharedSessions } from '../shared/shared-sessions.js';
import type { Target } from '../target.js';
import { childStarter } from './child.js';
import { FIRST_START_MS, firstStart, type StartOutput } from './first-start.js';
import { brokenFolderIn, repairNpxCache } from './npx-cache.js';
import { processGroups } from './process-groups.js';

/**
 * Serves a stdio server: to legacy clients with a child for each session or with one for all, to modern clients with one for all of them,
 * if it speaks a modern revision.
 * @param env of the bridge; the children get it without the bridge's own variables
 */
export function stdioTarget(
  settings: Settings,
  { command, args }: { command: string; args: readonly string[] },
  env: NodeJS.ProcessEnv,
  log: Log,
): Target {
  const { mode, maxMessageBytes, requestMs, startMs } = settings;
  const groups = processGroups();
  const output = startOutput(log);
  const startPeer = childStarter({
    command,
    args,
    env: childEnvironment(env),
    maxMessageBytes,
    groups,
    log: output.log,
  });
  const options = { startPeer, requestMs, log, onBroadcast: (text: string) => shared.broadcast(text) };

  const hasStarted = () => first.obstacle() === null;
  const legacyServer = new SharedServer({ ...options, name: 'shared' }, (server) =>
    initialize(server, hasStarted() ? startMs : FIRST_START_MS),
  );
  const shared = new SharedSessions(() => legacyServer.get());
  const sessions = mode === 'session' ? new Sessions({ ...settings, startPeer, log }) : undefined;
  const legacy = sessions ?? shared;
  const greet = (): Promise<unknown> => (sessions ? startOnce(options) : legacyServer.get());
  const first = firstStart(() => greet().catch(unlessModernOnly), output, startMs, log);
  const modernServer = modernUnlessLegacy({ ...options, name: 'modern' }, hasStarted);

  return {
    async post(req, res, bytes) {
      const body = readBody(bytes.toString());
      if (isModern(body, req)) return serveModern(body, req, res, modernServer.get);
      await legacy.post(body, req, res);
    },
    get: (req, res) => legacy.get(req, res),
    delete: (req, res) => legacy.delete(req, res),
    obstacle: first.obstacle,
    async close() {
      first.stop();
      shared.close();
      await Promise.all([sessions?.close(), legacyServer.end(), modernServer.end()]);
      await groups.close();
    },
  };
}

const childEnvironment = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || OWN_VARIABLES.has(name) ? [] : [[name, value]],
    ),
  );

/** Lines of the bridge about the server, and of npm about itself. */
const SAYS_NOTHING = /^The MCP server |complete log of this run/;

/** Looks in the log of the server for why it fails, and for a folder of npm's cache that is broken. */
function startOutput(log: Log): StartOutput & { log: Log } {
  let broken: string | undefined;
  let last = '';
  return {
    log(line) {
      broken = brokenFolderIn(line) ?? broken;
      const text = line.replace(/^\[[^\]]*\] /, '').trim();
      if (text !== '' && !SAYS_NOTHING.test(text)) last = text;
      log(line);
    },
    lastLine: () => last,
    async repair() {
      if (broken !== undefined) await repairNpxCache(broken, log);
      broken = undefined;
    },
  };
}

/** Starts the server, greets it and ends it. Rejects with an Error in words. */
async function startOnce(options: Omit<SharedServerOptions, 'name'>): Promise<void> {
  const server = new Multiplexer({ ...options, name: 'check', onEnded: () => {} });
  try {
    await initialize(server, FIRST_START_MS);
  } finally {
    void server.end();
  }
}

/** It has started, and clients of the other era are told so. */
function unlessModernOnly(error: unknown): void {
  if (!(error instanceof ModernOnly)) throw error;
}

/** The server for modern requests. What it speaks is asked once, by a child of its own, unless the server has never started yet. */
function modernUnlessLegacy(options: SharedServerOptions, hasStarted: () => boolean) {
  let isLegacy = false;
  const server = new SharedServer(options, async (child) => {
    if (await speaksModern(child).catch(() => false)) return;
    isLegacy = hasStarted();
    throw new LegacyOnly();
  });
  return { get: async () => (isLegacy ? Promise.reject(new LegacyOnly()) : server.get()), end: () => server.end() };
}
