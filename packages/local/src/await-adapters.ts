import { setTimeout as delay } from 'node:timers/promises';
import type { AdapterResource, AdapterStatus } from '@mcp-gateway/common/contracts';
import { Agent, fetch, type RequestInit } from 'undici';

const REQUEST_MS = 10_000;
const POLL_MS = 50;
/** The data plane holds a request for an adapter without endpoints for much longer; the status may say more meanwhile. */
const ROUTED_MS = 500;
/** Straight to the gateway: a proxy of the environment is for what leaves this machine. */
const dispatcher = new Agent();
const call = (url: string, init: RequestInit) => fetch(url, { ...init, dispatcher });
const ADMIN = { 'x-dev-userid': 'dev', 'x-dev-roles': 'mcp.admin' };
const EXAMPLE = {
  name: 'mcp-example',
  imageName: 'mcp-example',
  imageVersion: '0.1.0',
  replicaCount: 2,
  description: 'Shows what the gateway does: add, echo, counter, whoami, slow.',
};

export interface AnnouncedAdapter {
  name: string;
  ready: boolean;
  /** Why it does not get ready until somebody changes something. */
  blocker?: string;
}

/** Milliseconds for which the announcement waits for what it shows. */
export interface AnnouncementTimeouts {
  /** For the example, and for the answer to which adapters there are. */
  example: number;
  /** For adapters of the user's own, all together: one that never gets ready must not hold back the URL. */
  others: number;
}
const STOPPED = 'it is scaled to zero';
const USUAL: AnnouncementTimeouts = { example: 30_000, others: 3_000 };

/**
 * The adapters there are, or on an empty gateway the example, once each is ready or is not waited for any longer. What is
 * removed meanwhile is left out. Never rejects: the gateway runs, whatever becomes of what it shows.
 * @param url of the API
 * @param gateway where to see that an adapter is routed to, or null: this process need not trust the certificate there
 */
export async function awaitAdapters(
  url: string,
  patience: AnnouncementTimeouts = USUAL,
  gateway: string | null = url,
): Promise<AnnouncedAdapter[]> {
  const began = Date.now();
  const names = (await answerBefore(began + patience.example, (signal) => namesOrExample(url, signal))) ?? [];
  const shown = await Promise.all(
    names.map(async (name) => {
      const deadline = name === EXAMPLE.name ? began + patience.example : Date.now() + patience.others;
      let last: AnnouncedAdapter = { name, ready: false };
      const final = await answerBefore(deadline, async (signal) => {
        const seen = await readStatus(url, gateway, name, signal);
        if (seen === 'gone' || seen.ready || seen.blocker === STOPPED) return seen;
        last = seen;
        return undefined;
      });
      return final ?? last;
    }),
  );
  return shown.filter((each) => each !== 'gone');
}

/** Asks again while there is no answer. Undefined when time is up. */
async function answerBefore<T>(
  deadline: number,
  ask: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let left = deadline - Date.now(); left > 0; left = deadline - Date.now()) {
    // A part of the gateway that is away for a moment comes back, and may have taken the answer with it.
    const answer = await ask(AbortSignal.timeout(Math.min(left, REQUEST_MS))).catch(() => undefined);
    if (answer !== undefined) return answer;
    await delay(POLL_MS);
  }
  return undefined;
}

async function namesOrExample(url: string, signal: AbortSignal): Promise<string[] | undefined> {
  const listed = await call(`${url}/adapters`, { headers: ADMIN, signal });
  if (!listed.ok) return undefined;
  const adapters = (await listed.json()) as AdapterResource[];
  if (adapters.length > 0) return adapters.map(({ name }) => name);
  const created = await call(`${url}/adapters`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(EXAMPLE),
    signal,
  });
  return created.ok ? [EXAMPLE.name] : undefined;
}

/** A failure may be the one of the last run, which this run is about to correct: it counts once time is up. */
async function readStatus(
  url: string,
  gateway: string | null,
  name: string,
  signal: AbortSignal,
): Promise<AnnouncedAdapter | 'gone'> {
  const response = await call(`${url}/adapters/${name}/status`, { headers: ADMIN, signal });
  if (response.status === 404) return 'gone';
  if (!response.ok) return { name, ready: false };
  const { phase, conditions } = (await response.json()) as AdapterStatus;
  if (phase === 'Stopped') return { name, ready: false, blocker: STOPPED };
  if (phase === 'Failed') {
    const message = conditions.find(({ type }) => type === 'Ready')?.message;
    return { name, ready: false, blocker: (message || phase).replaceAll(/\p{Cc}+/gu, ' ') }; // for a terminal
  }
  return { name, ready: phase === 'Ready' && (gateway === null || (await isRouted(gateway, name, signal))) };
}

/**
 * The data plane hears of a route a moment after the worker has written it. Until it has read any, it would log each
 * request as refused.
 */
async function isRouted(url: string, name: string, signal: AbortSignal): Promise<boolean> {
  const ready = await call(`${url}/readyz`, { signal });
  await ready.body?.cancel();
  if (ready.status === 503) return false;
  const soon = AbortSignal.any([signal, AbortSignal.timeout(ROUTED_MS)]);
  const asked = { method: 'DELETE', headers: ADMIN, signal: soon };
  const answer = await call(`${url}/adapters/${name}/mcp`, asked).catch(() => undefined);
  await answer?.body?.cancel();
  return answer !== undefined && answer.status !== 404 && answer.status !== 503;
}
