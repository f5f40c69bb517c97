// Generates the Prisma client into src/generated, unless what is there came from the same schema and the same Prisma.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const schema = path.join(here, 'prisma', 'schema.prisma');
const output = path.join(here, 'src', 'generated');
const stampFile = path.join(output, '.stamp');

const prismaPackage = createRequire(import.meta.url).resolve('prisma/package.json');
const { version, bin } = JSON.parse(fs.readFileSync(prismaPackage, 'utf8'));

const stamp = createHash('sha256').update(version).update('\0').update(fs.readFileSync(schema)).digest('hex');

if (readStamp() !== stamp) {
  fs.rmSync(stampFile, { force: true });
  try {
    execFileSync(process.execPath, [path.resolve(prismaPackage, '..', bin.prisma), 'generate', '--schema', schema], {
      cwd: here,
      env: {
        ...process.env,
        // The command asks for a native schema engine, which it would download, and then makes no use of it: any file
        // that exists will do.
        PRISMA_SCHEMA_ENGINE_BINARY: path.join(here, 'package.json'),
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    });
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout?: Buffer, stderr?: Buffer }} */ (error);
    const reason = `${stdout?.toString() ?? ''}${stderr?.toString() ?? ''}` || String(error);
    console.error(`The Prisma client could not be generated from ${schema}:\n${reason}`);
    process.exit(1);
  }
  fs.writeFileSync(stampFile, stamp);
}

function readStamp() {
  try {
    return fs.readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}
