import { Command } from 'commander';
import type { Schemas } from '@mcp-gateway/client';
import { act, type Surroundings } from '../frame/frame.js';
import { age, type View } from '../frame/output.js';

type Adapter = Schemas['AdapterResource'];

const view: View<Adapter> = {
  columns: [
    { title: 'NAME', value: ({ name }) => name },
    { title: 'AGE', value: ({ lastUpdatedAt }) => age(lastUpdatedAt) },
  ],
  name: ({ name }) => `adapter/${name}`,
  none: 'There are no adapters that you may see.',
};

/** `mcp-gateway adapters`. */
export function adaptersCommand(surroundings: Surroundings): Command {
  const group = new Command('adapters').alias('adapter').description('MCP servers behind the gateway');
  group
    .command('list')
    .description('list the adapters that you may use')
    .action(
      act(surroundings, async ({ session: { client }, print }) => {
        await print.list(await client.list('listAdapters'), view);
      }),
    );
  return group;
}
