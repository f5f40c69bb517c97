import { DatabaseUrl, readConfig } from '@mcp-gateway/platform/config';
import { createLogger } from '@mcp-gateway/platform/logging';
import { migrate } from './migrate.js';
import { z } from 'zod';
import { createMigration, findDrift, resolveMigration } from './migrations/author.js';

const USAGE = `DATABASE_URL=… (or DATABASE_URL_FILE=…) node packages/database/dist/main.js COMMAND
  apply                          bring the database to the checked-in migrations
  create NAME                    write a migration from a changed prisma/schema.prisma
  drift                          fail when schema.prisma and the migrations differ
  resolve applied|rolled-back NAME   after a migration failed: what became of its changes`;

const [command, ...args] = process.argv.slice(2);

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(): Promise<number> {
  const url = readConfig(z.object({ DATABASE_URL: DatabaseUrl.optional() }), process.env).DATABASE_URL;
  if (!url) return usage();
  switch (command) {
    case 'apply':
      await migrate(url, createLogger('database', 'info'));
      return 0;
    case 'create': {
      const [name] = args;
      if (!name) return usage();
      console.log((await createMigration(url, name)) ?? 'schema.prisma has no change that the migrations lack');
      return 0;
    }
    case 'drift': {
      const drift = await findDrift(url);
      if (drift !== undefined) console.error(`schema.prisma and the migrations differ by:\n${drift}`);
      return drift === undefined ? 0 : 1;
    }
    case 'resolve': {
      const [state, name] = args;
      if (!name || (state !== 'applied' && state !== 'rolled-back')) return usage();
      await resolveMigration(url, name, state);
      return 0;
    }
    default:
      return usage();
  }
}

function usage(): number {
  console.error(USAGE);
  return 2;
}
