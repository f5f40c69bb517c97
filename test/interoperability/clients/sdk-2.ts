import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ANSWERS } from '../features.ts';
import { attemptAll, readArguments } from './attempt.ts';
import { attempts, type TriedClient } from './attempts.ts';
import { answerForm } from './form.ts';
import { noResumption, watchResumes } from './resumes.ts';

const { url, profile, mode } = readArguments();
const notifications: unknown[] = [];
const client = new Client(
  { name: 'sdk-2', version: '1.0.0' },
  {
    capabilities: { sampling: {}, elicitation: {}, roots: {} },
    versionNegotiation: { mode: mode === 'auto' ? 'auto' : 'legacy' },
  },
);
client.setRequestHandler('sampling/createMessage', () => ({
  role: 'assistant',
  model: 'none',
  content: { type: 'text', text: ANSWERS.model },
}));
client.setRequestHandler('elicitation/create', ({ params }) => ({ action: 'accept', content: answerForm(params) }));
client.setRequestHandler('roots/list', () => ({ roots: [{ uri: ANSWERS.root, name: 'root' }] }));
client.setNotificationHandler('notifications/message', ({ params }) => void notifications.push(params));
client.setNotificationHandler('notifications/resources/updated', ({ params }) => void notifications.push(params));

const isOld = url.pathname.endsWith('/sse');
const resumes = watchResumes();
await client.connect(
  isOld ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url, { fetch: resumes.fetch }),
);
const isModern = client.getProtocolEra() === 'modern';

const call: TriedClient['call'] = ({ name, args = {} }, options = {}) =>
  client.callTool({ name, arguments: args }, options);
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
        if (isModern) return (await client.listen({ resourceSubscriptions: [uri] })).close;
        await client.subscribeResource({ uri });
        return () => client.unsubscribeResource({ uri });
      },
      async callLogged(tool) {
        if (!isModern) {
          await client.setLoggingLevel('debug');
          return call(tool);
        }
        const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' };
        return client.callTool({ name: tool.name, arguments: tool.args ?? {}, _meta });
      },
      notifications,
      resumes: isOld ? noResumption.sse : isModern ? noResumption.modern : resumes,
    },
    profile,
  ),
);
process.exit(0); // streams are still open
