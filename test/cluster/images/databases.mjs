import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { imageArchive } from './archive.mjs';
import { DEBIAN, unpackDebian } from './debian.mjs';

const ENTRYPOINT = fileURLToPath(new URL('postgres-entrypoint.sh', import.meta.url));
const POSTGRES = ['base-files', 'dash', 'coreutils', 'tzdata', 'postgresql-15', 'postgresql-client-15'];
/** Excluded, because our queries do not need LLVM's compilation; together 250 MB. */
const WITHOUT = [
  '/usr/lib/llvm*',
  '/usr/lib/*/libLLVM*',
  '/usr/lib/postgresql/15/lib/bitcode',
  '/usr/share/doc',
  '/usr/share/locale',
];
const REDIS = ['base-files', 'redis-server'];

export const POSTGRES_IMAGE = 'localhost/postgres:15';
export const REDIS_IMAGE = 'localhost/redis:7';

export const postgresArchive = () =>
  imageArchive({
    tag: POSTGRES_IMAGE,
    containerfile: 'postgres.Containerfile',
    inputs: [DEBIAN, ...POSTGRES, ...WITHOUT, fs.readFileSync(ENTRYPOINT, 'utf8')],
    async prepare(context) {
      await unpackDebian(context, POSTGRES, WITHOUT);
      fs.copyFileSync(ENTRYPOINT, path.join(context, 'postgres-entrypoint.sh'));
    },
  });

export const redisArchive = () =>
  imageArchive({
    tag: REDIS_IMAGE,
    containerfile: 'redis.Containerfile',
    inputs: [DEBIAN, ...REDIS],
    prepare: (context) => unpackDebian(context, REDIS),
  });
