import { randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, drainFields } from '@mcp-gateway/platform/config';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { announceRouter } from '@mcp-gateway/routing';
import { z } from 'zod';

/** Settings of how data planes learn of this process. */
export const announcementFields = {
  /** An address or a name, without a port. Undefined: where the process listens. */
  MCP_GATEWAY_ANNOUNCED_HOST: z
    .string()
    .regex(/^[\w.-]+$|^\[?[\da-f:.]+\]?$/i, 'must be an address or a host name without a port, such as 10.0.0.7')
    .optional(),
  ...drainFields,
};

const READY_POLL_MS = 100;

interface Announced {
  redis: RedisClient;
  prefix: string;
  url: string;
  isReady: () => boolean;
  drainMs: number;
  log: Logger;
}

/**
 * Announces this process to data planes as soon as it is ready.
 * @returns ends that: data planes move their sessions to other routers for as long as `drainMs`, and then send nothing more
 */
export function announceOnceReady({ redis, prefix, url, isReady, drainMs, log }: Announced): () => Promise<void> {
  const ending = new AbortController();
  const announced = (async () => {
    while (!isReady() && !ending.signal.aborted) await delay(READY_POLL_MS, undefined, { ref: false });
    if (ending.signal.aborted) return undefined;
    log.info({ url }, 'data planes are told of this tool router');
    return announceRouter(redis, prefix, { id: randomUUID(), url }, log);
  })();
  return async () => {
    ending.abort();
    const announcement = await announced;
    if (!announcement) return;
    if (drainMs > 0) {
      const isTold = await announcement.drain(new Date(Date.now() + drainMs)).then(
        () => true,
        () => false, // without Redis no data plane can move a session
      );
      if (isTold) await delay(drainMs);
    }
    await announcement.close();
  };
}

/** Addresses that say "all addresses of this machine", to listen on. */
const WILDCARDS = ['0.0.0.0', '::', '[::]'];

interface Listening {
  /** The address or name that the operator has set for data planes; undefined: where this process listens. */
  announcedHost: string | undefined;
  host: string;
  port: number;
}

/**
 * The URL at which data planes reach this process: at the host that is set, else where it listens, and if that is every
 * address of the machine, at its first one that is not loopback.
 * @throws ConfigError when the machine has no such address
 */
export function announcedUrl(
  { announcedHost, host, port }: Listening,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): string {
  const known = announcedHost ?? (WILDCARDS.includes(host) ? firstAddress(interfaces) : host);
  if (known === undefined) {
    throw new ConfigError(
      'This machine has no address but loopback, so data planes elsewhere cannot reach it. Set MCP_GATEWAY_ANNOUNCED_HOST to its address.',
    );
  }
  return `http://${known.includes(':') && !known.startsWith('[') ? `[${known}]` : known}:${port}`;
}

function firstAddress(interfaces: ReturnType<typeof networkInterfaces>): string | undefined {
  const outside = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address;
}
