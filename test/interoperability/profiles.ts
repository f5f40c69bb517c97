import type { Profile } from './features.ts';

const WATCHED = 'test://watched-resource';

/** The conformance suite's server of the legacy line. */
export const legacy: Profile = {
  tools: { name: 'test_simple_text', text: 'simple text response' },
  prompts: { name: 'test_prompt_with_arguments', args: { arg1: 'one', arg2: 'two' }, text: "arg1='one', arg2='two'" },
  resources: { uri: 'test://static-text', text: 'static text resource' },
  templates: { template: 'test://template/{id}/data', uri: 'test://template/7/data', text: 'Data for ID: 7' },
  subscriptions: { name: 'test_touch_resource', args: { uri: WATCHED }, uri: WATCHED },
  completions: {
    ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
    name: 'arg1',
    value: 'pari',
    expected: 'paris',
  },
  sampling: { name: 'test_sampling', args: { prompt: 'Well?' } },
  elicitation: { name: 'test_elicitation', args: { message: 'Who are you?' } },
  roots: { name: 'test_roots' },
  progress: { name: 'test_tool_with_progress', steps: 3 },
  cancellation: { name: 'test_slow', witness: { name: 'test_cancellations' } },
  logging: { name: 'test_tool_with_logging', text: 'Tool execution completed' },
  resumption: { name: 'test_reconnection', text: 'after the stream had been closed', endedBy: 'server' },
};

/** The server of both eras has tools that can send requests to the client in either era. */
export const bothEras: Profile = {
  ...legacy,
  sampling: { name: 'test_input_required_result_sampling' },
  elicitation: { name: 'test_input_required_result_elicitation' },
  roots: { name: 'test_input_required_result_list_roots' },
};

export const fastmcp: Profile = {
  tools: { name: 'greet', args: { name: 'you' }, text: 'Hello, you!' },
  prompts: { name: 'ask_about', args: { topic: 'llamas' }, text: 'about llamas' },
  resources: { uri: 'data://static', text: 'static data' },
  templates: { template: 'data://{number}/detail', uri: 'data://7/detail', text: 'detail of 7' },
  subscriptions: { name: 'touch', uri: 'data://static' },
  completions: { ref: { type: 'ref/prompt', name: 'ask_about' }, name: 'topic', value: 'lla', expected: 'llamas' },
  sampling: { name: 'sample' },
  elicitation: { name: 'elicit' },
  roots: { name: 'roots' },
  progress: { name: 'steps', steps: 3 },
  cancellation: { name: 'slow', witness: { name: 'cancellations' } },
  logging: { name: 'log', text: 'a message from the tool' },
  resumption: { name: 'interrupted', text: 'after all', endedBy: 'server' },
};

export const everything: Profile = {
  tools: { name: 'echo', args: { message: 'grüße' }, text: 'Echo: grüße' },
  prompts: { name: 'args-prompt', args: { city: 'Oslo' }, text: 'Oslo' },
  resources: { uri: 'demo://resource/static/document/architecture.md', text: 'Everything Server' },
  templates: {
    template: 'demo://resource/dynamic/text/{resourceId}',
    uri: 'demo://resource/dynamic/text/7',
    text: 'Resource 7',
  },
  subscriptions: { name: 'toggle-subscriber-updates', uri: 'demo://resource/dynamic/text/1' },
  completions: {
    ref: { type: 'ref/prompt', name: 'completable-prompt' },
    name: 'department',
    value: 'S',
    expected: 'Sales',
  },
  sampling: { name: 'trigger-sampling-request', args: { prompt: 'Well?', maxTokens: 5 } },
  elicitation: { name: 'trigger-elicitation-request' },
  roots: { name: 'get-roots-list' },
  progress: { name: 'trigger-long-running-operation', args: { duration: 0.4, steps: 4 }, steps: 3 },
  cancellation: { name: 'trigger-long-running-operation', args: { duration: 20, steps: 4 }, witness: null },
  logging: { name: 'toggle-simulated-logging', text: '-level message' },
  resumption: {
    name: 'trigger-long-running-operation',
    args: { duration: 0.4, steps: 4 },
    text: 'operation completed',
    endedBy: 'cut',
  },
};
