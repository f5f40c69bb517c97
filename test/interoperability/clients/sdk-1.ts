import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { ANSWERS } from '../features.ts';
import { attemptAll, readArguments } from './attempt.ts';
import { attempts, type TriedClient } from './attempts.ts';
import { answerForm } from './form.ts';
import { noResumption, watchResumes } from './resumes.ts';

const { url, profile } = readArguments();
const notifications: unknown[] = [];
const client = new Client(
  { name: 'sdk-1', version: '1.0.0' },
  { capabilities: { sampling: {}, elicitation: {}, roots: {} } },
);
client.setRequestHandler(CreateMessageRequestSchema, () => ({
  role: 'assistant',
  model: 'none',
  content: { type: 'text', text: ANSWERS.model },
}));
client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({ action: 'accept', content: answerForm(params) }));
client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: ANSWERS.root, name: 'root' }] }));
client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void notifications.push(params));
client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void notifications.push(params));

const isOld = url.pathname.endsWith('/sse');
const resumes = watchResumes();
await client.connect(
  isOld ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url, { fetch: resumes.fetch }),
);

const call: TriedClient['call'] = ({ name, args = {} }, options = {}) =>
  client.callTool({ name, arguments: args }, undefined, options);
await attemptAll(
  attempts(
    {
      listTools: () => client.listTools(),
      call,
      listPrompts: () => client.listPrompts(),
      getPrompt: (name, args) => client.getPrompt({ name, arguments: args }),
      listResources: () => client.listResources(),
      listResourceTemplates: () => client.listResourceTemplates(),
      readResource: (uri) => client.readResource({ uri }),
      complete: (ref, argument) => client.complete({ ref: ref as never, argument }),
      async subscribe(uri) {
        await client.subscribeResource({ uri });
        return () => client.unsubscribeResource({ uri });
      },
      async callLogged(tool) {
        await client.setLoggingLevel('debug');
        return call(tool);
      },
      notifications,
      resumes: isOld ? noResumption.sse : resumes,
    },
    profile,
  ),
);
process.exit(0); // streams are still open
