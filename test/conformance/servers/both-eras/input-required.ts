import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  type ClientCapabilities,
  type InputRequests,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { text } from '../samples.ts';
import { requestStates } from './request-states.ts';

const elicit = (
  message: string,
  field: string,
  schema: { type: 'string' } | { type: 'boolean' } = { type: 'string' },
) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: schema }, required: [field] },
  });
const sample = (prompt: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(prompt) }], maxTokens });

const NAME = { user_name: elicit('What is your name?', 'name') };
const CAPITAL = { capital_question: sample('What is the capital of France?', 100) };
const ROOTS = { client_roots: inputRequired.listRoots() };
const CONFIRM = { confirm: elicit('Please confirm', 'ok', { type: 'boolean' }) };
const EVERYTHING = { ...NAME, greeting: sample('Generate a greeting', 50), ...ROOTS };

/** The tools and the prompt that require more input in the suite (MCP 2026-07-28, multi-round-trip requests). */
export function registerInputRequired(server: McpServer): void {
  const tool = (
    name: string,
    run: (context: ServerContext) => Promise<string | InputRequiredResult> | string | InputRequiredResult,
  ) =>
    server.registerTool(`test_input_required_result_${name}`, { description: `Asks: ${name}.` }, async (context) => {
      const result = await run(context);
      return typeof result === 'string' ? { content: [text(result)] } : result;
    });

  tool('elicitation', ({ mcpReq: { inputResponses } }) => {
    const name = acceptedContent(inputResponses, 'user_name')?.['name'];
    return typeof name === 'string' ? `Hello, ${name}!` : inputRequired({ inputRequests: NAME });
  });
  tool('sampling', ({ mcpReq: { inputResponses } }) => {
    const answer = inputResponse(inputResponses, 'capital_question');
    if (answer.kind !== 'sampling') return inputRequired({ inputRequests: CAPITAL });
    return JSON.stringify(answer.result.content);
  });
  tool('list_roots', ({ mcpReq: { inputResponses } }) => {
    const answer = inputResponse(inputResponses, 'client_roots');
    return answer.kind === 'roots' ? JSON.stringify(answer.roots) : inputRequired({ inputRequests: ROOTS });
  });
  tool('multiple_inputs', (context) =>
    Object.keys(EVERYTHING).every((key) => answered(context, key)) ? 'All answered.' : withState(EVERYTHING, 1),
  );
  tool('request_state', (context) =>
    stateOf(context) === 1 && answered(context, 'confirm') ? 'state-ok' : withState(CONFIRM, 1),
  );
  tool('tampered_state', (context) =>
    stateOf(context) === 1 && answered(context, 'confirm') ? 'state-ok' : withState(CONFIRM, 1),
  );
  tool('multi_round', (context) => {
    if (stateOf(context) === 2 && answered(context, 'step2')) return 'Both answered.';
    if (stateOf(context) !== 1 || !answered(context, 'step1')) {
      return withState({ step1: elicit('Step 1: What is your name?', 'name') }, 1);
    }
    return withState({ step2: elicit('Step 2: What is your favorite color?', 'color') }, 2);
  });
  tool('capabilities', ({ mcpReq: { envelope, inputResponses } }) => {
    const can = (envelope as Record<string, ClientCapabilities> | undefined)?.[CLIENT_CAPABILITIES_META_KEY];
    const inputRequests: InputRequests = {
      ...(can?.elicitation && NAME),
      ...(can?.sampling && CAPITAL),
      ...(can?.roots && ROOTS),
    };
    const requested = Object.keys(inputRequests);
    if (requested.every((key) => inputResponses?.[key] !== undefined)) return `Asked: ${requested.join(', ')}`;
    return inputRequired({ inputRequests });
  });

  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks.' }, ({ mcpReq }) => {
    const context = acceptedContent(mcpReq.inputResponses, 'user_context')?.['context'];
    if (context === undefined) {
      return inputRequired({
        inputRequests: { user_context: elicit('What context should the prompt use?', 'context') },
      });
    }
    return { messages: [{ role: 'user', content: text(`With ${JSON.stringify(context)}.`) }] };
  });
}

const answered = ({ mcpReq: { inputResponses } }: ServerContext, key: string) => inputResponses?.[key] !== undefined;

const stateOf = ({ mcpReq }: ServerContext) => mcpReq.requestState<{ round: number }>()?.round;

const withState = async (inputRequests: InputRequests, round: number) =>
  inputRequired({ inputRequests, requestState: await requestStates.mint({ round }) });
