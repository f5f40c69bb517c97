import { beforeAll, describe, expect, it } from '@jest/globals';
import { POSTGRES_IMAGE, postgresArchive, REDIS_IMAGE, redisArchive } from '../cluster/images/databases.mjs';
import { gatewayArchives } from '../cluster/images/gateway.mjs';
import { run } from '../cluster/machine/command.mjs';
import { cluster } from '../cluster/support/cluster.js';
import { repository } from '../support/launch.js';
import { startEngine } from './support/engine.js';

const LOAD_MS = 900_000;
const START_MS = 300_000;
const URL = 'http://127.0.0.1:8000';
const CALL = repository('test/compose/call.mjs');

let engine: Awaited<ReturnType<typeof startEngine>>;

beforeAll(async () => {
  const [{ 'mcp-example': _, 'mcp-bridge': _bridge, ...services }, postgres, redis] = await Promise.all([
    gatewayArchives(),
    postgresArchive(),
    redisArchive(),
  ]);
  engine = await startEngine();
  for (const archive of [...Object.values(services), postgres, redis]) await engine.load(archive);
}, LOAD_MS);

/** Docker Compose, with images of this machine instead of a registry's. */
function compose(...args: string[]): Promise<string> {
  const images = { REGISTRY: 'localhost/mcp-gateway', TAG: 'test', POSTGRES_IMAGE, REDIS_IMAGE };
  const env = { PATH: process.env['PATH'], HOME: engine.home, DOCKER_HOST: engine.host, ...images };
  return run(String(cluster.programs['docker-compose']), args, { env, cwd: repository('.'), timeout: START_MS });
}

const UP = ['up', '--no-build', '--pull', 'never', '--wait'];
const SIGN_IN = ['--env-file', 'sign-in.env'];

const statusOf = (path: string) =>
  engine.run('curl', ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}', `${URL}${path}`]);

/** A token of alice, by the command that the issuer prints. */
async function token(): Promise<string> {
  const logs = await compose(...SIGN_IN, 'logs', '--no-log-prefix', 'issuer');
  const command = /^ +(curl .+)$/m.exec(logs)?.[1] ?? '';
  const { access_token: text } = JSON.parse(await engine.run('sh', ['-c', command])) as { access_token: string };
  return text;
}

describe('docker compose up', () => {
  it(
    'starts a gateway that runs a server',
    async () => {
      await compose(...UP);
      expect(await engine.run(process.execPath, [CALL, URL])).toContain('2 + 3 = 5');
      expect(await statusOf('/adapters')).toBe('200');
    },
    START_MS,
  );

  it(
    'with sign-in.env, lets callers with tokens of the issuer in, and nobody else',
    async () => {
      await compose(...SIGN_IN, ...UP);
      expect(await statusOf('/adapters')).toBe('401');
      await expect(engine.run(process.execPath, [CALL, URL])).rejects.toThrow('answered 401');
      expect(await engine.run(process.execPath, [CALL, URL], { TOKEN: await token() })).toContain('2 + 3 = 5');
    },
    START_MS,
  );
});
