import { DatabaseUrl, readConfig } from '@mcp-gateway/platform/config';
import { createLogger } from '@mcp-gateway/platform/logging';
import { verifyAudit } from './audit/verify.js';
import { migrate } from './migrate.js';
import { z } from 'zod';
import { createMigration, findDrift, resolveMigration } from './migrations/author.js';

const USAGE = `DATABASE_URL=… (or DATABASE_URL_FILE=…) node packages/database/dist/main.js COMMAND
  apply                          bring the database to the checked-in migrations
  create NAME                    write a migration from a changed prisma/schema.prisma
  drift                          fail when schema.prisma and the migrations differ
  resolve applied|rolled-back NAME   after a migration failed: what became of its changes
  verify-audit [POSITION:HASH]   check the audit records; name an earlier end of the chain to look for it`;

/** Position and hash of the end of a chain of audit records. */
const NOTED = /^(\d{1,15}):([\da-f]{64})$/;

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
    case 'verify-audit':
      return verify(url, args[0]);
    default:
      return usage();
  }
}

async function verify(databaseUrl: string, noted: string | undefined): Promise<number> {
  const [, position, hash] = NOTED.exec(noted ?? '') ?? [];
  if (noted !== undefined && hash === undefined) return usage();
  const report = await verifyAudit(databaseUrl, hash === undefined ? undefined : { position: Number(position), hash });
  const { base, head, intact, fault } = report;
  if (fault) {
    console.error(`The audit was tampered with: ${fault.fault}. The ${intact} records before it are intact.`);
    return 1;
  }
  const removed = base.position === 0 ? '' : ` Retention removed those up to ${base.position}.`;
  console.log(`${intact} audit records are intact.${removed} Note the end of the chain: ${head.position}:${head.hash}`);
  return 0;
}

function usage(): number {
  console.error(USAGE);
  return 2;
}
