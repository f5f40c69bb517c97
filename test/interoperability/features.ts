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

/** The features of a server that clients try. */
export interface Profile {
  /** The result of the call contains this text; the same holds for the other features. */
  tools: ToolCall & { text: string };
  prompts: ToolCall & { text: string };
  resources: { uri: string; text: string };
  templates: { template: string; uri: string; text: string };
  /** The tool makes the server notify subscribers of a change of the resource. */
  subscriptions: ToolCall & { uri: string };
  completions: { ref: Record<string, string>; name: string; value: string; expected: string };
  sampling: ToolCall;
  elicitation: ToolCall;
  roots: ToolCall;
  /** The least number of steps; the last may arrive together with the result, at which clients stop listening. */
  progress: ToolCall & { steps: number };
  /** The witness answers `begun: N, cancelled: N` for such calls; without one, the server only has to keep working. */
  cancellation: ToolCall & { witness: ToolCall | null };
  logging: ToolCall & { text: string };
  /** The stream of this call ends before its answer: the server ends it, or the test cuts it on its way to the client. */
  resumption: ToolCall & { text: string; endedBy: 'server' | 'cut' };
}

/** The client's answers to requests of a server; the result of the eliciting tool must contain them. */
export const ANSWERS = { model: 'said by the model', user: 'said by the user', root: 'file:///interoperability' };

/** The outcome of a feature. `cannot`: client, server or protocol lack the feature, and report so when it is tried. */
export interface Outcome {
  result: 'works' | 'cannot' | 'fails';
  why?: string;
}
export type Outcomes = Record<Feature, Outcome>;
