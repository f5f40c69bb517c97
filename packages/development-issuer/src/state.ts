import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@mcp-gateway/platform/config';
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';

const FILE = 'issuer.json';

/** What survives a restart besides registered clients: tokens stay valid, and clients find the issuer again. */
const State = z.strictObject({
  /** Undefined until the issuer has listened once. */
  port: z.int().min(1).max(65_535).optional(),
  /** The private signing key, a JWK. */
  key: z.looseObject({ kty: z.literal('EC'), kid: z.string(), alg: z.literal('ES256') }),
  cookieKey: z.string().min(32),
  /** The secret with which scripts get tokens of the users. */
  secret: z.string().min(32),
});
export type State = z.infer<typeof State>;

/**
 * The state of the issuer in this folder; new keys when there is none.
 * @throws ConfigError when the file holds something else
 */
export async function readState(folder: string): Promise<State> {
  const file = join(folder, FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return newState(folder);
  try {
    return State.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(
      `${file} does not contain the keys of an issuer. Remove the file; callers then sign in again.`,
    );
  }
}

async function newState(folder: string): Promise<State> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const secret = () => randomBytes(32).toString('base64url');
  const jwk = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: randomBytes(8).toString('hex') };
  const state = State.parse({ key: jwk, cookieKey: secret(), secret: secret() });
  await writeState(folder, state);
  return state;
}

export const writeState = (folder: string, state: State): Promise<void> =>
  writeWhole(join(folder, FILE), JSON.stringify(state));

/** Writes the whole file or nothing, for its owner only. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
