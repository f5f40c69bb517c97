import { inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { text } from '../samples.ts';
import type { Changes } from './changes.ts';

const done = { content: [text('Done.')] };

/** The tools with which the suite examines a server of the modern era. */
export function registerProbes(server: McpServer, changes: Changes): void {
  const tool = server.registerTool.bind(server);
  // The SDK refuses a client that cannot sample.
  tool('test_missing_capability', { description: 'Needs sampling.' }, ({ mcpReq: { inputResponses } }) =>
    inputResponses?.['sample']
      ? done
      : inputRequired({
          inputRequests: {
            sample: inputRequired.createMessage({ messages: [{ role: 'user', content: text('Hi') }], maxTokens: 1 }),
          },
        }),
  );
  tool('test_streaming_elicitation', { description: 'Asks while it streams.' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'asking');
    return inputRequired({
      inputRequests: {
        ok: inputRequired.elicit({
          message: 'All right?',
          requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } } },
        }),
      },
    });
  });
  tool('test_logging_tool', { description: 'Logs.' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'a message');
    return done;
  });
  tool('test_trigger_tool_change', { description: 'Says that the tools have changed.' }, () => {
    changes.publish({ kind: 'tools_list_changed' });
    return done;
  });
  tool('test_trigger_prompt_change', { description: 'Says that the prompts have changed.' }, () => {
    changes.publish({ kind: 'prompts_list_changed' });
    return done;
  });
}
