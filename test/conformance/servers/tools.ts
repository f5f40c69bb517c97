import { setTimeout as delay } from 'node:timers/promises';
import { audio, embedded, image, text } from './samples.ts';
import { DEFAULTS, ENUMS, KEYWORDS, NO_ARGUMENTS, oneString, USER } from './schemas.ts';

type Content = ReturnType<typeof text> | typeof image | typeof audio | ReturnType<typeof embedded>;
type Schema = Record<string, unknown> & { type: 'object'; properties: Record<string, object> };

/** The actions of a running tool, in either line of the SDK. */
export interface ToolContext {
  log(text: string): Promise<void>;
  /** Progress of 100. Does nothing when the caller has not asked for progress. */
  progress(done: number): Promise<void>;
  /** The text of the client's model. */
  sample(prompt: string): Promise<string>;
  elicit(message: string, schema: Schema): Promise<{ action: string; content?: object | undefined }>;
  /** Ends the stream of this call; the client returns for the answer. */
  endStream(): void;
  /** The roots of the client. */
  roots(): Promise<string[]>;
  /** Notifies subscribers that a resource has changed. */
  touch(uri: string): Promise<void> | void;
  /** Aborts when the client has cancelled the call. */
  signal: AbortSignal;
}

export interface ConformanceTool {
  name: string;
  inputSchema: Schema;
  /** An error that the tool throws is a result, too. */
  call(args: Record<string, unknown>, context: ToolContext): Promise<Content[]> | Content[];
}

const STEP_MS = 50;
const SLOW_MS = 20_000;

const fixed = (name: string, ...content: Content[]): ConformanceTool => ({
  name,
  inputSchema: NO_ARGUMENTS,
  call: () => content,
});

const elicitingTool = (name: string, schema: Schema): ConformanceTool => ({
  name,
  inputSchema: NO_ARGUMENTS,
  async call(_args, { elicit }) {
    const { action, content } = await elicit('Please provide values', schema);
    return [text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`)];
  },
});

const slow = { begun: 0, cancelled: 0 };

/** Tools that the suite does not call; test/interoperability tries clients with them. */
const more: ConformanceTool[] = [
  {
    name: 'test_roots',
    inputSchema: NO_ARGUMENTS,
    call: async (_args, { roots }) => [text((await roots()).join(' '))],
  },
  {
    name: 'test_touch_resource',
    inputSchema: oneString('uri'),
    async call({ uri }, { touch }) {
      await touch(String(uri));
      return [text('Touched.')];
    },
  },
  {
    name: 'test_slow',
    inputSchema: NO_ARGUMENTS,
    async call(_args, { signal }) {
      slow.begun += 1;
      await delay(SLOW_MS, undefined, { signal }).catch(() => (slow.cancelled += 1));
      return [text('Took its time.')];
    },
  },
  {
    name: 'test_cancellations',
    inputSchema: NO_ARGUMENTS,
    call: () => [text(`begun: ${slow.begun}, cancelled: ${slow.cancelled}`)],
  },
];

/** The tools that the conformance suite calls on a server of any era; the descriptions of its scenarios define them. */
export const tools: ConformanceTool[] = [
  ...more,
  fixed('test_simple_text', text('This is a simple text response for testing.')),
  fixed('test_image_content', image),
  fixed('test_audio_content', audio),
  fixed(
    'test_embedded_resource',
    embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ),
  fixed(
    'test_multiple_content_types',
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ),
  { ...fixed('json_schema_2020_12_tool', text('valid')), inputSchema: KEYWORDS },
  elicitingTool('test_elicitation_sep1034_defaults', DEFAULTS),
  elicitingTool('test_elicitation_sep1330_enums', ENUMS),
  {
    name: 'test_tool_with_logging',
    inputSchema: NO_ARGUMENTS,
    async call(_args, { log }) {
      await log('Tool execution started');
      await delay(STEP_MS);
      await log('Tool processing data');
      await delay(STEP_MS);
      await log('Tool execution completed');
      return [text('Logged three messages.')];
    },
  },
  {
    name: 'test_error_handling',
    inputSchema: NO_ARGUMENTS,
    call() {
      throw new Error('This tool intentionally returns an error for testing');
    },
  },
  {
    name: 'test_tool_with_progress',
    inputSchema: NO_ARGUMENTS,
    async call(_args, { progress }) {
      await progress(0);
      await delay(STEP_MS);
      await progress(50);
      await delay(STEP_MS);
      await progress(100);
      return [text('Done.')];
    },
  },
  {
    name: 'test_sampling',
    inputSchema: oneString('prompt'),
    call: async ({ prompt }, { sample }) => [text(`LLM response: ${await sample(String(prompt))}`)],
  },
  {
    name: 'test_elicitation',
    inputSchema: oneString('message'),
    async call({ message }, { elicit }) {
      const { action, content } = await elicit(String(message), USER);
      return [text(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`)];
    },
  },
  {
    name: 'test_reconnection',
    inputSchema: NO_ARGUMENTS,
    async call(_args, { endStream }) {
      endStream();
      await delay(STEP_MS);
      return [text('Said after the stream had been closed.')];
    },
  },
];
