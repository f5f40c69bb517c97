import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../cluster/machine/command.mjs';
import { cluster } from '../cluster/support/cluster.js';
import { afterTests, folder } from '../support/after-tests.js';
import { collect, repository } from '../support/launch.js';
import { waitFor } from '../support/wait.js';

interface Project {
  services: Record<
    string,
    {
      image: string;
      build?: { target: string };
      command: string[] | null;
      environment: Record<string, string>;
      network_mode?: string;
      ports?: { host_ip?: string; target: number; published: string }[];
      healthcheck?: object;
      depends_on?: Record<string, { condition: string }>;
    }
  >;
}

const FILE = repository('docker-compose.yml');
const OURS = ['control-plane', 'data-plane', 'deployment-worker', 'tool-router'];

/** The result of Docker Compose's parser for a file, after all its checks. */
async function compose(file: string, env: Record<string, string> = {}): Promise<Project> {
  return JSON.parse(await run(String(cluster.programs['compose-check']), [file], { env })) as Project;
}

let project: Project;
beforeAll(async () => {
  project = await compose(FILE);
});

describe('docker-compose.yml', () => {
  it('is valid under the Compose specification, and the check refuses an invalid file', async () => {
    expect(Object.keys(project.services).toSorted()).toEqual([
      'control-plane',
      'data-plane',
      'deployment-worker',
      'network',
      'postgres',
      'redis',
      'supervisor',
      'tool-router',
    ]);
    const file = join(await folder(), 'compose.yml');
    const text = await readFile(FILE, 'utf8');
    await writeFile(file, text.replace('restart: unless-stopped', 'restarts: always'));
    await expect(compose(file)).rejects.toThrow('services.postgres.restarts');
    await writeFile(file, text.replace('network_mode: service:network', 'network_mode: service:nobody'));
    await expect(compose(file)).rejects.toThrow(/nobody/);
  });

  it('publishes the gateway to this machine only, and publishes nothing else', async () => {
    const { services } = await compose(FILE, { PORT: '9000' });
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports).toEqual([expect.objectContaining({ host_ip: '127.0.0.1', target: 8000, published: '9000' })]);
  });

  it('builds its images from targets of services/Dockerfile', async () => {
    const dockerfile = await readFile(repository('services/Dockerfile'), 'utf8');
    const targets = Object.values(project.services).flatMap(({ build }) => (build ? [build.target] : []));
    expect(new Set(targets).size).toBe(5);
    for (const target of targets) expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${target}$`, 'm'));
  });

  it('makes a service wait for the health of its dependencies', () => {
    const needed = Object.values(project.services).flatMap((service) => Object.entries(service.depends_on ?? {}));
    const waits = needed.filter(([name]) => name !== 'network');
    expect(waits.length).toBeGreaterThan(5);
    for (const [name, { condition }] of waits) {
      expect(condition).toBe('service_healthy');
      expect(project.services[name]).toHaveProperty('healthcheck');
    }
  });

  it('adds an issuer for development with sign-in.env, and lets callers sign in there', async () => {
    const { services } = await compose(FILE, { COMPOSE_ENV_FILES: repository('sign-in.env') });
    const added = Object.keys(services).filter((name) => !(name in project.services));
    expect(added.toSorted()).toEqual(['issuer', 'issuer-for-control-plane', 'issuer-for-data-plane']);
    expect(services['issuer']?.ports).toEqual([
      expect.objectContaining({ host_ip: '127.0.0.1', target: 9400, published: '9400' }),
    ]);
    expect(services['issuer']?.build?.target).toBe('development-issuer');
    // Services reach the issuer at the URL that clients see: on their own loopback.
    expect(services['issuer-for-control-plane']?.network_mode).toBe('service:control-plane');
    expect(services['issuer-for-data-plane']?.network_mode).toBe(services['data-plane']?.network_mode);
    for (const name of ['control-plane', 'data-plane']) {
      const { AUTH_MODE, OIDC_ISSUERS = '' } = services[name]?.environment ?? {};
      expect(AUTH_MODE).toBe('oidc');
      const [{ issuer, audiences }] = JSON.parse(OIDC_ISSUERS) as [{ issuer: string; audiences: string[] }];
      expect(issuer).toBe('http://127.0.0.1:9400');
      expect(audiences.map((url) => url.replace('/*', '')).join()).toBe(
        services['issuer']?.environment['ISSUER_GATEWAY_URLS'],
      );
    }
  });

  it.each(OURS)('gives the %s the settings that it needs', async (name) => {
    const { environment, command } = project.services[name] as Project['services'][string];
    const entry = repository(`services/${name}/dist/main.js`);
    const args = command?.map((arg) => arg.replaceAll('/app/dist/main.js', entry)) ?? [entry];
    // Variables that the image sets; and other ports and addresses than in a network of containers.
    const env = { PATH: process.env['PATH'], ...environment, MCP_GATEWAY_HOST: '0.0.0.0', PORT: '0' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    afterTests(() => child.kill('SIGKILL'));
    const output = collect(child);
    // After its configuration, the service resolves hosts that exist only among the containers.
    const past = /Cannot connect to PostgreSQL at mcp_gateway@postgres:5432|(data plane|tool router) listens/;
    await waitFor('it to get past its configuration', () => past.test(output()) || child.exitCode !== null, 30_000);
    expect(output()).toMatch(past);
  });
});
