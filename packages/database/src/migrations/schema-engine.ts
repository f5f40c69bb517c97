import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type * as Bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Client } from 'pg';
import type { Schema } from './folder.js';
import { connectionConfig } from '../connect.js';
import { withDatabaseName } from '../url.js';
import { driverAdapter, PROVIDER, throwDriverError } from './driver-adapter.js';

export type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';

/** Prisma manages all tables. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

const PACKAGE = '@prisma/schema-engine-wasm';

/** Runs Prisma's schema engine while `use` runs. The engine is WebAssembly, so there is no binary to download. */
export async function withSchemaEngine<T>(
  url: string,
  schema: Schema,
  use: (engine: Bindings.SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await load();
  const adapter = engineAdapter(url);
  try {
    const datamodels = schema.files.map(({ path, content }): [string, string] => [path, content]);
    const engine = await SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter));
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await adapter.close();
  }
}

let loaded: Promise<typeof Bindings> | undefined;

/** Loads 5 MB, once for each process, and only when a migration is missing. */
const load = () => (loaded ??= instantiate());

async function instantiate() {
  const folder = dirname(createRequire(import.meta.url).resolve(PACKAGE));
  const [bindings, module] = await Promise.all([
    import('@prisma/schema-engine-wasm/schema_engine_bg'),
    readFile(join(folder, 'schema_engine_bg.wasm')).then((bytes) => webAssembly.compile(bytes)),
  ]);
  // The bindings report a panic to a global of this name.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: () => {} } });
  const instance = await webAssembly.instantiate(module, { './schema_engine_bg.js': withIdleTimers(bindings) });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings;
}

/** The engine never clears its timer of ten seconds for the lock. Without `unref` the process would wait for it. */
function withIdleTimers(bindings: object): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...bindings };
  for (const [name, binding] of Object.entries(imports)) {
    if (!name.startsWith('__wbg_setTimeout')) continue;
    imports[name] = (...args: unknown[]) => (binding as (...args: unknown[]) => NodeJS.Timeout)(...args).unref();
  }
  return imports;
}

/** The part of the standard interface that this file uses; only TypeScript's `dom` library declares it. */
interface WebAssembly {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: Record<string, object>): Promise<{ exports: Record<string, unknown> }>;
}

const webAssembly = (globalThis as unknown as { WebAssembly: WebAssembly }).WebAssembly;

/** Connects the schema engine to the database. `close` ends all connections that it opened. */
interface EngineAdapter extends SqlMigrationAwareDriverAdapterFactory {
  close(): Promise<void>;
}

function engineAdapter(url: string): EngineAdapter {
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
