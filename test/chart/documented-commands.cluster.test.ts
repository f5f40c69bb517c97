import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { run } from '../cluster/machine/command.mjs';
import { cluster } from '../cluster/support/cluster.js';
import { kubeconfig } from '../cluster/support/kubectl.js';
import { repository } from '../support/launch.js';
import { CHART } from './support/helm.js';

const docs = await readFile(repository('docs/helm.md'), 'utf8');
const blocks = (language: string) => [...docs.matchAll(/^```(\w+)\n(.*?)^```/gms)].filter(([, of]) => of === language);
/** Those with sign-in.yaml run in sign-in.cluster.test.ts. */
const commands = blocks('sh')
  .flatMap(([, , block = '']) => block.replaceAll(/ \\\n */g, ' ').split('\n'))
  .filter((line) => /^helm (install|template) /.test(line) && !line.includes('sign-in.yaml'));
const values = blocks('yaml').find(([, , block = '']) => block.startsWith('# values.yaml'))?.[2] ?? '';

it.each(commands)('Helm accepts the command of docs/helm.md: %s', async (command) => {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-gateway-docs-'));
  await writeFile(join(folder, 'values.yaml'), values);
  const script = `IMAGES=registry.example.com/mcp-gateway; CHART='${CHART}'; helm() { '${cluster.programs['helm']}' "$@" --dry-run=server; }; ${command}`;
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig };
  const output = await run('sh', ['-c', script], { env, cwd: folder });
  expect(output).toContain('image: registry.example.com/mcp-gateway/data-plane:');
});

it('docs/helm.md has commands', () => {
  expect(commands).toHaveLength(3);
});
