import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type * as Bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { engineAdapter } from './engine-adapter.js';
import type { Schema } from './folder.js';

export type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';

/** Prisma may manage every table there is. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

const PACKAGE = '@prisma/schema-engine-wasm';

/** Prisma's own schema engine, for as long as `use` runs. It comes as WebAssembly: no binary to download. */
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

/** Once for each process; 5 MB that most starts do not need. */
const load = () => (loaded ??= instantiate());

async function instantiate() {
  const folder = dirname(createRequire(import.meta.url).resolve(PACKAGE));
  const [bindings, module] = await Promise.all([
    import('@prisma/schema-engine-wasm/schema_engine_bg'),
    readFile(join(folder, 'schema_engine_bg.wasm')).then((bytes) => webAssembly.compile(bytes)),
  ]);
  // The bindings report a panic to this global, by this name.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: () => {} } });
  const instance = await webAssembly.instantiate(module, { './schema_engine_bg.js': withIdleTimers(bindings) });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings;
}

/** The engine bounds its wait for the lock by a timer of ten seconds that it never clears; no process has to wait for it. */
function withIdleTimers(bindings: object): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...bindings };
  for (const [name, binding] of Object.entries(imports)) {
    if (!name.startsWith('__wbg_setTimeout')) continue;
    imports[name] = (...args: unknown[]) => (binding as (...args: unknown[]) => NodeJS.Timeout)(...args).unref();
  }
  return imports;
}

/** The part of the standard interface that is used here; only TypeScript's `dom` library describes it. */
interface WebAssembly {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: Record<string, object>): Promise<{ exports: Record<string, unknown> }>;
}

const webAssembly = (globalThis as unknown as { WebAssembly: WebAssembly }).WebAssembly;
