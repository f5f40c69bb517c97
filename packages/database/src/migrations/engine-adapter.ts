import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { Client } from 'pg';
import { connectionConfig } from '../connection.js';
import { withDatabaseName } from '../url.js';
import { driverAdapter, PROVIDER, throwDriverError } from './driver-adapter.js';

/** Connects the schema engine to the database. `close` ends all connections that it opened. */
export interface EngineAdapter extends SqlMigrationAwareDriverAdapterFactory {
  close(): Promise<void>;
}

export function engineAdapter(url: string): EngineAdapter {
  const open = new Set<SqlDriverAdapter>();
  // Single connections, never a pool: a transaction of the engine belongs to one connection.
  const connect = async (databaseUrl: string, onDisposed = async () => {}) => {
    const client = new Client(connectionConfig(databaseUrl));
    client.on('error', () => {}); // the running query reports it
    await client.connect().catch(throwDriverError);
    const adapter = driverAdapter(client, async () => {
      if (!open.delete(adapter)) return;
      await client.end();
      await onDisposed();
    });
    open.add(adapter);
    return adapter;
  };
  return {
    ...PROVIDER,
    connect: () => connect(url),
    async connectToShadowDb() {
      const main = await connect(url);
      const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
      await main.executeScript(`CREATE DATABASE "${name}" TEMPLATE template0`);
      return connect(withDatabaseName(url, name), async () => {
        await main.executeScript(`DROP DATABASE "${name}" WITH (FORCE)`);
        await main.dispose();
      });
    },
    async close() {
      // In reverse order: an older connection drops the shadow database of a newer one.
      for (const adapter of [...open].toReversed()) await adapter.dispose();
    },
  };
}
