import { ANSWERS, type Feature, type Profile, type ToolCall } from '../features.ts';
import { Cannot } from './attempt.ts';
import type { Resumes } from './resumes.ts';

interface CallOptions {
  signal?: AbortSignal;
  onprogress?: () => void;
}

/** The methods that both lines of the SDK have, and what the test observes of them. */
export interface TriedClient {
  listTools(): Promise<unknown>;
  call(tool: ToolCall, options?: CallOptions): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  getPrompt(name: string, args: Record<string, string>): Promise<unknown>;
  listResources(): Promise<unknown>;
  listResourceTemplates(): Promise<unknown>;
  readResource(uri: string): Promise<unknown>;
  complete(ref: Record<string, string>, argument: { name: string; value: string }): Promise<unknown>;
  /** Returns the function that ends the subscription. */
  subscribe(uri: string): Promise<() => Promise<unknown>>;
  /** Calls a tool, with every log message enabled. */
  callLogged(tool: ToolCall): Promise<unknown>;
  /** The notifications of the server. */
  notifications: unknown[];
  /** The observed resumptions, or the reason why there are none. */
  resumes: Resumes | string;
}

const CANCEL_AFTER_MS = 300;

/** How each feature is used. An attempt that does not throw has worked. */
export function attempts(client: TriedClient, profile: Profile): Record<Feature, () => Promise<unknown>> {
  const receives = async (text: string) => {
    while (!client.notifications.some((each) => JSON.stringify(each).includes(text))) await pause();
  };
  return {
    async tools() {
      expectText(await client.listTools(), profile.tools.name);
      expectText(await client.call(profile.tools), profile.tools.text);
    },
    async prompts() {
      const { name, args = {}, text } = profile.prompts;
      expectText(await client.listPrompts(), name);
      expectText(await client.getPrompt(name, args as Record<string, string>), text);
    },
    async resources() {
      expectText(await client.listResources(), profile.resources.uri);
      expectText(await client.readResource(profile.resources.uri), profile.resources.text);
    },
    async templates() {
      expectText(await client.listResourceTemplates(), profile.templates.template);
      expectText(await client.readResource(profile.templates.uri), profile.templates.text);
    },
    async subscriptions() {
      const { uri, ...tool } = profile.subscriptions;
      const end = await client.subscribe(uri);
      await client.call(tool);
      await receives(`"uri":"${uri}"`);
      await end();
    },
    async completions() {
      const { ref, name, value, expected } = profile.completions;
      expectText(await client.complete(ref, { name, value }), expected);
    },
    sampling: async () => expectText(await client.call(profile.sampling), ANSWERS.model),
    elicitation: async () => expectText(await client.call(profile.elicitation), ANSWERS.user),
    roots: async () => expectText(await client.call(profile.roots), ANSWERS.root),
    async progress() {
      let steps = 0;
      await client.call(profile.progress, { onprogress: () => (steps += 1) });
      if (steps < profile.progress.steps) throw new Error(`${steps} steps`);
    },
    async cancellation() {
      const { witness, ...slow } = profile.cancellation;
      const before = witness && cancelledOf(await client.call(witness));
      const leave = new AbortController();
      setTimeout(() => leave.abort('enough'), CANCEL_AFTER_MS);
      const [{ status }] = await Promise.allSettled([client.call(slow, { signal: leave.signal })]);
      if (status === 'fulfilled') throw new Error('it was not cancelled');
      if (!witness) expectText(await client.call(profile.tools), profile.tools.text);
      else while (cancelledOf(await client.call(witness)) === before) await pause();
    },
    async logging() {
      const { text, ...tool } = profile.logging;
      await client.callLogged(tool);
      await receives(text);
    },
    async resumption() {
      const { text, endedBy, ...tool } = profile.resumption;
      const { resumes } = client;
      if (typeof resumes !== 'string' && endedBy === 'cut') resumes.cutNext();
      expectText(await client.call(tool), text);
      if (typeof resumes === 'string') throw new Cannot(resumes);
      if (resumes.count() === 0) throw new Error('the stream was not resumed');
    },
  };
}

/** The number of cancelled calls, according to the witness tool. */
export const cancelledOf = (result: unknown): string | undefined => /cancelled: \d+/.exec(JSON.stringify(result))?.[0];

export const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

export function expectText(result: unknown, text: string): void {
  const received = JSON.stringify(result);
  if (!received.includes(text)) throw new Error(`expected ${JSON.stringify(text)} in ${received.slice(0, 300)}`);
}
