import {
  inputRequired,
  isInputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type InputRequiredResult,
  type Result,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { SourceError, type CallContext } from '../sources/source.js';
import type { ParkedCalls } from './parked-calls.js';
import type { RequestStates } from './request-state.js';

/** MCP 2025-11-25, elicitation, URL mode. */
const URL_REQUIRED: number = ProtocolErrorCode.UrlElicitationRequired;
/** As many as questions of a server that a client answers at once. */
const MAX_URLS = 16;

/** What a client sends when it repeats a request that needed input. */
export interface Round {
  inputResponses?: Record<string, unknown> | undefined;
  /** As this router has sealed it. */
  requestState?: string | undefined;
}

export interface RoundsParts {
  states: RequestStates;
  parked: ParkedCalls;
  /** Where other routers reach this one: its origin. Undefined until it listens. */
  ownUrl: () => string | undefined;
}

/**
 * Runs one round of a request whose source may ask for input, whatever the eras of the client and of the server:
 *
 * | client | server | who asks                                                                                |
 * | ------ | ------ | --------------------------------------------------------------------------------------- |
 * | legacy | legacy | the server, by a request that goes to the client                                        |
 * | modern | modern | the server, by its answer, which goes to the client                                     |
 * | modern | legacy | the server, by a request; the router answers the client with it, and the call waits     |
 * | legacy | modern | the server, by its answer; the SDK asks the client and sends the request again          |
 *
 * A legacy server may also refuse a request until its user has opened URLs (-32042, MCP 2025-11-25, elicitation). Legacy clients
 * get that error; modern ones are asked to open them, and their next round sends the request again.
 *
 * @param what the request is about: the state that the client carries is valid for that only
 * @param permit throws when the caller may no longer do what a call that waits does
 * @param send sends the request to the source, with the state as the server gave it
 */
export async function runRound(
  { states, parked, ownUrl }: RoundsParts,
  what: string,
  round: Round,
  context: CallContext,
  permit: (context: CallContext) => void,
  send: (round: Round, context: CallContext) => Promise<Result>,
): Promise<Result | InputRequiredResult> {
  const { inputResponses, requestState } = round;
  const binding = JSON.stringify([context.principal.subject, what]);
  const state = requestState === undefined ? {} : states.open(requestState, binding);
  const toServer: Round = { inputResponses, requestState: state.server };
  const isModern = context.ask === undefined;
  if (!isModern) return sealed(await send(toServer, context), 'server');
  if (state.parked !== undefined) {
    const { router } = state;
    const isElsewhere = !parked.has(state.parked) && router !== undefined && router !== ownUrl();
    if (isElsewhere && context.handOn) return context.handOn(router); // that router seals its answer
    return sealed(await parked.resume(state.parked, inputResponses ?? {}, context).catch(asUrls), 'parked');
  }
  if (state.urls && !areOpened(inputResponses)) throw new SourceError('the user has not opened the URLs that it needs');
  let isParked = true;
  const run = async (inRound: CallContext) => {
    const answer = await send(state.urls ? {} : toServer, inRound);
    isParked = false;
    return answer;
  };
  const result = await parked.begin(context, { permit, run }).catch(asUrls);
  return sealed(result, isParked ? 'parked' : 'server');

  function sealed(answer: Result, field: 'server' | 'parked'): Result | InputRequiredResult {
    if (!isInputRequiredResult(answer)) return answer;
    const isUrls = URLS.has(answer);
    const next = isUrls ? { urls: true } : { [field]: answer.requestState };
    const router = field === 'parked' && !isUrls && { router: ownUrl() };
    return { ...answer, requestState: states.seal({ ...next, ...router }, binding) };
  }
}

const Urls = z.object({
  elicitations: z
    .array(z.object({ mode: z.literal('url'), message: z.string(), url: z.string() }))
    .min(1)
    .max(MAX_URLS),
});
/** Answers that stand for the error -32042. */
const URLS = new WeakSet<object>();

/** @throws the error, unless it says which URLs the user has to open */
function asUrls(error: unknown): InputRequiredResult {
  const isUrls = error instanceof ProtocolError && error.code === URL_REQUIRED;
  const { data } = Urls.safeParse(isUrls ? error.data : undefined);
  if (!data) throw error;
  const asked = data.elicitations.map((params, i) => [`url-${i + 1}`, inputRequired.elicitUrl(params)] as const);
  const answer = inputRequired({ inputRequests: Object.fromEntries(asked) });
  URLS.add(answer);
  return answer;
}

const areOpened = (responses: Record<string, unknown> = {}): boolean =>
  Object.values(responses).every((each) => (each as { action?: unknown } | null)?.action === 'accept');
