import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { Client } from 'pg';
import { connectionConfig } from '../connection.js';
import { withDatabaseName } from '../url.js';
import { driverAdapter, PROVIDER, throwDriverError } from './driver-adapter.js';

/** How the schema engine reaches the database. `close` ends whatever it opened. */
export interface EngineAdapter extends SqlMigrationAwareDriverAdapterFactory {
  close(): Promise<void>;
}

export function engineAdapter(url: string): EngineAdapter {
  const open = new Set<SqlDriverAdapter>();
  // One connection each and never a pool: a transaction of the engine's belongs to one.
  const connect = async (databaseUrl: string, onDisposed = async () => {}) => {
    const client = new Client(connectionConfig(databaseUrl));
    client.on('error', () => {}); // the query that is under way reports it
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
      // In reverse: a shadow database is dropped over a connection that was opened before its own.
      for (const adapter of [...open].toReversed()) await adapter.dispose();
    },
  };
}
