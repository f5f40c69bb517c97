export const FEATURES = [
  'tools',
  'prompts',
  'resources',
  'templates',
  'subscriptions',
  'completions',
  'sampling',
  'elicitation',
  'roots',
  'progress',
  'cancellation',
  'logging',
  'resumption',
] as const;
export type Feature = (typeof FEATURES)[number];

export interface ToolCall {
  name: string;
  args?: Record<string, unknown>;
}

/** What there is to use on a server, feature by feature. */
export interface Profile {
  /** The text that the call results in has this in it; and so for the others. */
  tools: ToolCall & { text: string };
  prompts: ToolCall & { text: string };
  resources: { uri: string; text: string };
  templates: { template: string; uri: string; text: string };
  /** The tool makes the server say that the resource has changed. */
  subscriptions: ToolCall & { uri: string };
  completions: { ref: Record<string, string>; name: string; value: string; expected: string };
  sampling: ToolCall;
  elicitation: ToolCall;
  roots: ToolCall;
  /** How many steps at least; the last may come together with the result, which makes clients stop listening. */
  progress: ToolCall & { steps: number };
  /** The witness says `begun: N, cancelled: N` of such calls; without one, that the server goes on has to do. */
  cancellation: ToolCall & { witness: ToolCall | null };
  logging: ToolCall & { text: string };
  /** The stream of this call ends before its answer: the server ends it, or it is cut on its way to the client. */
  resumption: ToolCall & { text: string; endedBy: 'server' | 'cut' };
}

/** What a client answers when it is asked, and what must then be in the result of the tool that asked. */
export const ANSWERS = { model: 'said by the model', user: 'said by the user', root: 'file:///interoperability' };

/** What came of a feature. `cannot` when client, server or protocol have nothing for it, and say so when it is tried. */
export interface Outcome {
  result: 'works' | 'cannot' | 'fails';
  why?: string;
}
export type Outcomes = Record<Feature, Outcome>;
