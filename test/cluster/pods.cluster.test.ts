import { beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '../support/wait.js';
import { scriptArchive } from './images/script.mjs';
import { loadImage } from './support/images.js';
import { kubectl, kubectlIn } from './support/kubectl.js';
import { exampleServer, restrictedPod } from './support/manifests.js';
import { freshNamespace } from './support/namespace.js';

interface Node {
  status: { nodeInfo: { kubeletVersion: string }; conditions: { type: string; status: string }[] };
}

describe('the node of the test cluster', () => {
  const namespace = freshNamespace();

  beforeAll(async () => {
    await namespace.apply(...exampleServer('example', 1));
    await namespace.rolledOut('statefulset/example');
  });

  it('is Ready, and of the same version as the API server', async () => {
    const { serverVersion } = JSON.parse(await kubectl('version', '--output=json'));
    const { status } = await kubectlIn('default').get<Node>('node', 'node');
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    expect(status.nodeInfo.kubeletVersion).toBe(serverVersion.gitVersion);
  });

  it('keeps the logs of a container', async () => {
    expect(await namespace.kubectl('logs', 'example-0')).toContain('mcp-example listens on');
  });

  it('runs a command in a container, as the user of the image and not as root', async () => {
    expect(await namespace.kubectl('exec', 'example-0', '--', 'id', '-u')).toBe('1000\n');
  });

  it('runs an image that a test has built', async () => {
    const image = 'localhost/test-script:1';
    await loadImage(await scriptArchive(image, `console.log('made by a test');`));
    const spec = { ...restrictedPod({ name: 'script', image }), restartPolicy: 'Never' };
    await namespace.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'script' }, spec });
    const logs = () => namespace.kubectl('logs', 'script');
    expect(await waitFor('the script to have run', logs, 30_000)).toBe('made by a test\n');
  });

  it('reports that an image does not exist', async () => {
    const spec = restrictedPod({ name: 'absent', image: 'localhost/absent:1' });
    await namespace.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'absent' }, spec });
    const reason = '{.status.containerStatuses[0].state.waiting.reason}';
    const waiting = () => namespace.kubectl('get', 'pod', 'absent', `--output=jsonpath=${reason}`);
    expect(await waitFor('a reason', waiting, 30_000)).toMatch(/^(ContainerCreating|ErrImagePull|ImagePullBackOff)$/);
    await waitFor('the refusal', async () => /ImagePull/.test(await waiting()), 30_000);
  });

  it('refuses a pod that violates the Pod Security level of its namespace', async () => {
    const run = namespace.kubectl('run', 'privileged', '--image=localhost/any:1', '--privileged');
    await expect(run).rejects.toThrow('violates PodSecurity "restricted:latest"');
  });
});
