import { setTimeout as delay } from 'node:timers/promises';
import type { AdapterResource, AdapterStatus, ToolResource } from '@mcp-gateway/common/contracts';
import { Agent, fetch, type RequestInit } from 'undici';

const REQUEST_MS = 10_000;
const POLL_MS = 50;
/** The data plane holds a request to an adapter without endpoints for much longer; the status may change meanwhile. */
const ROUTED_MS = 500;
/** Connects to the gateway directly, without a proxy from the environment. */
const dispatcher = new Agent();
const call = (url: string, init: RequestInit) => fetch(url, { ...init, dispatcher });
/** The adapter that `npm start` registers on an empty gateway. */
export const EXAMPLE = {
  name: 'mcp-example',
  imageName: 'mcp-example',
  imageVersion: '0.1.0',
  replicaCount: 2,
  description: 'Shows what the gateway does: add, echo, counter, whoami, slow.',
};

/** The tool that `npm start` registers on an empty gateway. */
const EXAMPLE_TOOL = {
  name: 'weather',
  imageName: 'tool-example',
  imageVersion: '0.1.0',
  description: 'Shows what a tool is. The weather is invented.',
  toolDefinition: {
    tool: {
      name: 'weather',
      title: 'Weather',
      description: 'Gets the current weather at a place.',
      inputSchema: {
        type: 'object',
        properties: {
          location: { type: 'string', description: 'Name of a place, such as "Zurich"' },
          unit: { type: 'string', enum: ['celsius', 'fahrenheit'], default: 'celsius' },
        },
        required: ['location'],
      },
      annotations: { readOnlyHint: true },
    },
    port: 8000,
    path: '/score',
  },
};

/** How the announcement calls the gateway. */
interface Caller {
  /** The subject of the creator of the examples. */
  subject: string;
  /** Headers of an administrator, who sees all adapters. */
  admin: Record<string, string>;
  /** Headers of the creator of the examples. */
  creator: Record<string, string>;
  /** Roles whose holders may use the examples beside their creator. */
  requiredRoles?: string[];
}
const DEVELOPMENT: Caller = {
  subject: 'dev',
  admin: { 'x-dev-userid': 'dev', 'x-dev-roles': 'mcp.admin' },
  creator: {},
};
/** The subjects with which `npm start` has registered examples, by sign-in. */
const CREATORS = ['dev', 'alice'];

export interface AnnouncedAdapter {
  name: string;
  ready: boolean;
  /** Why the adapter cannot get ready without a change by the user. */
  blocker?: string;
}

/** Milliseconds that the announcement waits for adapters. */
export interface AnnouncementTimeouts {
  /** For the example, and for the list of adapters. */
  example: number;
  /** For all adapters of the user together: one that never gets ready must not delay the announcement. */
  others: number;
}
const STOPPED = 'it is scaled to zero';
const USUAL: AnnouncementTimeouts = { example: 30_000, others: 3_000 };

/**
 * Waits until each adapter is ready, has a blocker, or its time is up, and returns the adapters. On an empty gateway it creates the
 * example and, once that is ready, the example tool; it also replaces those that it has created with another sign-in, because their
 * creator cannot sign in now. It leaves out adapters that are removed meanwhile. It never rejects, because the gateway runs in any case.
 * @param url the URL of the control plane
 * @param gateway the URL of the data plane, to see that it routes to an adapter; null when this process may not trust its certificate
 * @param caller by default, one with development sign-in
 */
export async function awaitAdapters(
  url: string,
  patience: AnnouncementTimeouts = USUAL,
  gateway: string | null = url,
  caller = DEVELOPMENT,
): Promise<AnnouncedAdapter[]> {
  const began = Date.now();
  const until = began + patience.example;
  const removed = new Set<string>();
  const found = await answerBefore(until, (signal) => namesOrExample(url, caller, removed, signal));
  const { names, isNew } = found ?? { names: [], isNew: false };
  const shown = await Promise.all(
    names.map(async (name) => {
      const deadline = name === EXAMPLE.name ? until : Date.now() + patience.others;
      let last: AnnouncedAdapter = { name, ready: false };
      const final = await answerBefore(deadline, async (signal) => {
        const seen = await readStatus(url, gateway, name, caller, signal);
        if (seen === 'gone' || seen.ready || seen.blocker === STOPPED) return seen;
        last = seen;
        return undefined;
      });
      return final ?? last;
    }),
  );
  // Not before: two servers that start at once would both be slower.
  if (isNew) await answerBefore(until, (signal) => createTool(url, caller, removed, signal));
  return shown.filter((each) => each !== 'gone');
}

/** Repeats the request until it has an answer. Undefined after the deadline. */
async function answerBefore<T>(
  deadline: number,
  request: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let left = deadline - Date.now(); left > 0; left = deadline - Date.now()) {
    // A part of the gateway may be unavailable for a moment, and lose the answer.
    const answer = await request(AbortSignal.timeout(Math.min(left, REQUEST_MS))).catch(() => undefined);
    if (answer !== undefined) return answer;
    await delay(POLL_MS);
  }
  return undefined;
}

/** `isNew` when this has created the example. */
async function namesOrExample(
  url: string,
  caller: Caller,
  removed: Set<string>,
  signal: AbortSignal,
): Promise<{ names: string[]; isNew: boolean } | undefined> {
  const listed = await call(`${url}/adapters`, { headers: caller.admin, signal });
  if (!listed.ok) return undefined;
  const adapters = (await listed.json()) as AdapterResource[];
  const names = adapters.map(({ name }) => name);
  if (adapters.some((each) => isAnothersExample(EXAMPLE, each, caller))) {
    await remove(`${url}/adapters/${EXAMPLE.name}`, caller, signal);
    removed.add(EXAMPLE.name);
    return undefined; // then again, until it is gone
  }
  if (adapters.length > 0 && (names.includes(EXAMPLE.name) || !removed.has(EXAMPLE.name)))
    return { names, isNew: false };
  const created = await create(`${url}/adapters`, EXAMPLE, caller, signal);
  return created.ok ? { names: [...names, EXAMPLE.name], isNew: true } : undefined;
}

/** True when there is no more to try: a tool of the user may have the name. */
async function createTool(
  url: string,
  caller: Caller,
  removed: Set<string>,
  signal: AbortSignal,
): Promise<true | undefined> {
  const tool = `${url}/tools/${EXAMPLE_TOOL.name}`;
  const read = await call(tool, { headers: caller.admin, signal });
  const text = await read.text();
  if (read.ok && isAnothersExample(EXAMPLE_TOOL, JSON.parse(text) as ToolResource, caller)) {
    await remove(tool, caller, signal);
    removed.add(EXAMPLE_TOOL.name);
  }
  const { status } = await create(`${url}/tools`, EXAMPLE_TOOL, caller, signal);
  const isLeaving = status === 409 && removed.has(EXAMPLE_TOOL.name);
  return status < 500 && !isLeaving ? true : undefined;
}

type Registered = Pick<ToolResource, 'name' | 'imageName' | 'createdBy'>;

const isAnothersExample = (example: Omit<Registered, 'createdBy'>, registered: Registered, { subject }: Caller) =>
  registered.name === example.name &&
  registered.imageName === example.imageName &&
  registered.createdBy !== subject &&
  CREATORS.includes(registered.createdBy);

async function remove(url: string, { admin }: Caller, signal: AbortSignal): Promise<void> {
  const response = await call(url, { method: 'DELETE', headers: admin, signal });
  await response.body?.cancel();
}

async function create(url: string, spec: object, { creator, requiredRoles }: Caller, signal: AbortSignal) {
  const headers = { 'content-type': 'application/json', ...creator };
  const response = await call(url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...spec, requiredRoles }),
    signal,
  });
  await response.body?.cancel();
  return response;
}

/** A failure may be left from the last run, so that it counts only after the deadline. */
async function readStatus(
  url: string,
  gateway: string | null,
  name: string,
  { admin }: Caller,
  signal: AbortSignal,
): Promise<AnnouncedAdapter | 'gone'> {
  const response = await call(`${url}/adapters/${name}/status`, { headers: admin, signal });
  if (response.status === 404) return 'gone';
  if (!response.ok) return { name, ready: false };
  const { phase, conditions } = (await response.json()) as AdapterStatus;
  if (phase === 'Stopped') return { name, ready: false, blocker: STOPPED };
  if (phase === 'Failed') {
    const message = conditions.find(({ type }) => type === 'Ready')?.message;
    return { name, ready: false, blocker: (message || phase).replaceAll(/\p{Cc}+/gu, ' ') }; // safe to print to a terminal
  }
  return { name, ready: phase === 'Ready' && (gateway === null || (await isRouted(gateway, name, admin, signal))) };
}

/**
 * The data plane reads a route a moment after the worker has published it. Before it has read any route, it would log each request
 * as refused, so this calls only a ready data plane.
 */
async function isRouted(url: string, name: string, headers: Caller['admin'], signal: AbortSignal): Promise<boolean> {
  const ready = await call(`${url}/readyz`, { signal });
  await ready.body?.cancel();
  if (ready.status === 503) return false;
  const soon = AbortSignal.any([signal, AbortSignal.timeout(ROUTED_MS)]);
  const request = { method: 'DELETE', headers, signal: soon };
  const answer = await call(`${url}/adapters/${name}/mcp`, request).catch(() => undefined);
  await answer?.body?.cancel();
  return answer !== undefined && answer.status !== 404 && answer.status !== 503;
}
