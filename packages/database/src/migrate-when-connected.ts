import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';
import { isOutageTemporary } from './unavailable.js';
import { migrate } from './migrate.js';

const RETRY_MS = 1_000;

/**
 * Migrates as soon as the database can be reached, however long that takes: a service that ended instead would be started again
 * ever more slowly.
 * @throws as `migrate`, and when the database refuses the login.
 */
export async function migrateWhenConnected(databaseUrl: string, log: Logger): Promise<void> {
  let said: string | undefined;
  for (;;) {
    try {
      return await migrate(databaseUrl, log);
    } catch (error) {
      if (!isOutageTemporary(error)) throw error;
      const reason = (error as Error).message;
      if (reason !== said) log.warn({ reason }, 'waiting for the database');
      said = reason;
      await delay(RETRY_MS);
    }
  }
}
