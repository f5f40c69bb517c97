import { afterTests } from '../../support/after-tests.js';
import { managementApi, type Api } from '../../support/api.js';
import { POSTGRES_IMAGE, postgresArchive, REDIS_IMAGE, redisArchive } from '../../cluster/images/databases.mjs';
import { gatewayArchives } from '../../cluster/images/gateway.mjs';
import type { Caller } from '../../cluster/support/issuer.js';
import { loadImage } from '../../cluster/support/images.js';
import { kubectl, kubectlIn } from '../../cluster/support/kubectl.js';
import { CHART, helm } from './helm.js';
import { signInOf } from './sign-in.js';

/** Includes the build of the images. */
export const LOAD_MS = 900_000;
/** The scrape timeout of Prometheus. */
const SCRAPE_MS = 10_000;

/** Loads the images of this checkout, and the trial databases, into the node. */
export async function loadImages(): Promise<void> {
  const [{ supervisor: _, 'development-issuer': _issuer, ...services }, postgres, redis] = await Promise.all([
    gatewayArchives(),
    postgresArchive(),
    redisArchive(),
  ]);
  for (const archive of [...Object.values(services), postgres, redis]) await loadImage(archive);
}

const IMAGES = ['--set=image.registry=localhost/mcp-gateway', '--set=image.tag=test'];

/** One node serves several releases, and no load balancer has to notice that a pod ends. */
export const SMALL_CLUSTER = [
  '--set=dataPlane.resources.requests.cpu=50m',
  '--set=toolRouter.resources.requests.cpu=50m,toolRouter.drainSeconds=1',
  '--set=dataPlane.preStopSeconds=3,controlPlane.preStopSeconds=1,adapters.drainSeconds=2',
];

/** Images of this machine instead of a registry's. */
export const TRIAL = [
  `--set=trial.postgresql.enabled=true,trial.postgresql.image=${POSTGRES_IMAGE}`,
  `--set=trial.redis.enabled=true,trial.redis.image=${REDIS_IMAGE}`,
];

/**
 * A release of the chart in a namespace, whose callers sign in with access tokens of an issuer of the test and with API keys; the tests
 * remove it and its adapters at their end.
 */
export function release(name: string, namespace: string) {
  const adapters = `${namespace}-${name}-adapters`;
  const common = [`--namespace=${namespace}`, '--wait', '--timeout=240s'];
  const values = [...IMAGES, `--set=adapters.namespace=${adapters}`, ...SMALL_CLUSTER];
  return {
    adapters: { name: adapters, ...kubectlIn(adapters) },
    deployment: (component: string) => `deployment/${name}-mcp-gateway-${component}`,
    account: (component: string) => `system:serviceaccount:${namespace}:${name}-mcp-gateway-${component}`,

    async install(...args: string[]): Promise<string> {
      afterTests(async () => {
        await helm('uninstall', name, `--namespace=${namespace}`, '--ignore-not-found');
        await kubectl('delete', 'namespace', adapters, '--ignore-not-found', '--wait=false');
      });
      return helm('install', name, CHART, ...common, ...values, ...(await signInOf(namespace)).args, ...args);
    },
    upgrade: async (...args: string[]) =>
      helm('upgrade', name, CHART, ...common, ...values, ...(await signInOf(namespace)).args, ...args),
    /** @throws Error with the log of the test's pod */
    test: () =>
      helm('test', name, `--namespace=${namespace}`, '--logs').catch(async (error: Error) => {
        const log = await kubectlIn(namespace).kubectl('logs', `${name}-mcp-gateway-test`).catch(String);
        throw new Error(`${error.message}\n${log}`, { cause: error });
      }),
    uninstall: () => helm('uninstall', name, ...common),

    /** The metrics of each pod behind the Service for Prometheus. */
    async scrape(): Promise<string[]> {
      const output = '--output=jsonpath={range .items[*]}{.endpoints[*].addresses[0]} {end}';
      const selector = `--selector=kubernetes.io/service-name=${name}-mcp-gateway-metrics`;
      const addresses = await kubectlIn(namespace).kubectl('get', 'endpointslices', selector, output);
      const read = async (address: string) =>
        (await fetch(`http://${address}:9464/metrics`, { signal: AbortSignal.timeout(SCRAPE_MS) })).text();
      return Promise.all(addresses.split(/\s+/).filter(Boolean).map(read));
    },

    /** Headers of a caller with a new access token. */
    headers: async (caller: Caller) => (await signInOf(namespace)).headers(caller),

    /** The gateway's Service, whose address is routed from this machine. */
    async url(): Promise<string> {
      const output = '--output=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}';
      return `http://${await kubectlIn(namespace).kubectl('get', 'service', `${name}-mcp-gateway`, output)}`;
    },

    /** Called there by an administrator, or by another caller. */
    async api(caller: Caller = 'admin'): Promise<Api> {
      return managementApi(await this.url(), await this.headers(caller));
    },
  };
}
