import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { closestMatch } from '@mcp-gateway/common/errors';
import {
  isInputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type InputRequiredResult,
  type Result,
  type Tool,
} from '@modelcontextprotocol/server';
import { admit, afterCall, CLOSED, type BreakerState } from '../sources/breaker.js';
import type { KnownSource } from '../catalog/known-source.js';
import type { Exposed, View } from '../catalog/view.js';
import { paramHeaderFault } from '../schema/param-headers.js';
import { faultsOf } from '../schema/validator.js';
import { runRound, type Round, type RoundsParts } from './rounds.js';
import {
  failure,
  PolicyDenial,
  reasonOf,
  SourceError,
  type CallContext,
  type FailureReason,
  type ToolCall,
} from '../sources/source.js';

export interface CallRequest extends Omit<ToolCall, 'tool'> {
  /** As clients see it. */
  name: string;
}

export interface ToolCallsOptions extends RoundsParts {
  /** How long a call may take. */
  deadlineMs: number;
  /** Told of each call that has ended. `source` is undefined for a tool that the caller does not see. */
  onCalled?: ((source: ResourceRef | undefined, outcome: CallOutcome, ms: number) => void) | undefined;
  now?: () => number;
}

/**
 * What became of a call.
 *
 * succeeded       the tool has answered
 * tool_error      the tool has answered that it failed
 * protocol_error  a JSON-RPC error of the server, or for a `requestState` that is not valid
 * input_required  the server has asked the client, by the answer
 * invalid         its arguments, or headers, are not valid: it was not sent
 * unknown_tool    the caller sees no such tool
 * denied          a policy does not permit it
 * circuit_open    it was not sent, because the source has failed too often
 * timeout         the source has not answered in time
 * failed          the source could not be reached, or its answer not be passed on
 * cancelled       the client has cancelled it, or disconnected
 */
export type CallOutcome =
  FailureReason | 'succeeded' | 'tool_error' | 'protocol_error' | 'input_required' | 'unknown_tool' | 'cancelled';

interface UnderWay {
  /** Its key. */
  client: string;
  /** The source has sent the client a question meanwhile. */
  hasAsked: boolean;
}

/** MCP 2026-07-28, transports. */
export const HEADER_MISMATCH = -32_020;

/** Executes tools for callers, and decides what they read when it fails. */
export class ToolCalls {
  readonly #underWay = new WeakMap<KnownSource, Set<UnderWay>>();
  readonly #breakers = new WeakMap<KnownSource, BreakerState>();
  readonly #now: () => number;

  constructor(private readonly options: ToolCallsOptions) {
    this.#now = options.now ?? Date.now;
  }

  /**
   * @param view what the caller may use: permission is checked again with each call
   * @throws ProtocolError for a tool that the caller does not see, and what an MCP server answers
   */
  async call(view: View, request: CallRequest, context: CallContext): Promise<CallToolResult | InputRequiredResult> {
    const { onCalled } = this.options;
    const found = view.find('tools', request.name);
    if (!found) {
      onCalled?.(undefined, 'unknown_tool', 0);
      throw unknownTool(view, request.name);
    }
    if (!onCalled) return this.#call(found, request, context);
    const began = performance.now();
    const ended = (outcome: CallOutcome) => onCalled(found.source.ref, outcome, performance.now() - began);
    try {
      const result = await this.#call(found, request, context);
      ended(outcomeOf(result));
      return result;
    } catch (error) {
      ended(outcomeOfError(error, context));
      throw error;
    }
  }

  async #call(
    { original: tool, source }: Exposed<Tool>,
    { name, ...given }: CallRequest,
    context: CallContext,
  ): Promise<CallToolResult | InputRequiredResult> {
    if (context.client.era === 'modern' && context.headers) {
      const mismatch = paramHeaderFault(tool.inputSchema, given.arguments, context.headers);
      if (mismatch !== undefined) throw new ProtocolError(HEADER_MISMATCH, `Header mismatch: ${mismatch}`);
    }
    const fault = faultsOf(tool.inputSchema, given.arguments, 'arguments');
    if (fault !== undefined)
      return failure(`The arguments of ${name} are not valid: ${fault}. Correct them and call again.`, 'invalid');
    const params = { name: tool.name, arguments: given.arguments };
    const message = { what: `tools/call ${tool.name}`, method: 'tools/call', params };
    const result = await this.inRounds(source, message, given, context, (round, inRound) =>
      source.source.call({ ...given, ...round, tool }, inRound),
    );
    return isInputRequiredResult(result) ? result : checked(result as CallToolResult, tool, name);
  }

  /** Runs one round of a request at a source; see `runRound`. */
  async inRounds(
    known: KnownSource,
    { what, method, params }: { what: string; method: string; params: Record<string, unknown> },
    round: Round,
    context: CallContext,
    send: (round: Round, context: CallContext) => Promise<Result>,
  ): Promise<Result> {
    const about = `${resourceKey(known.ref)} ${what}`;
    const permit = (now: CallContext) => known.source.permit?.(method, params, now);
    try {
      return await runRound(this.options, about, round, context, permit, (toServer, inRound) =>
        this.within(known, inRound, (inTime) => send(toServer, inTime)),
      );
    } catch (error) {
      if (error instanceof SourceError) return failed(error);
      throw error;
    }
  }

  /** Requests under way at the source. */
  underWay(known: KnownSource): number {
    return this.#underWay.get(known)?.size ?? 0;
  }

  /** Calls of the source fail at once. */
  isCircuitOpen(known: KnownSource): boolean {
    return (this.#breakers.get(known) ?? CLOSED).kind !== 'closed';
  }

  /**
   * Runs a call at a source within the deadline, unless the source has failed too often of late. A failure of the source is a
   * result that the model reads.
   */
  private async within<T>(
    known: KnownSource,
    context: CallContext,
    run: (context: CallContext) => Promise<T>,
  ): Promise<T | CallToolResult> {
    const name = resourceKey(known.ref);
    const admission = admit(this.#breakers.get(known) ?? CLOSED, this.#now());
    if ('waitMs' in admission) {
      const seconds = Math.ceil(admission.waitMs / 1_000);
      return failure(`${name} has failed several times in a row. Try again in ${seconds} s.`, 'circuit_open');
    }
    this.#breakers.set(known, admission.state);
    const { deadlineMs } = this.options;
    const deadline = deadlineOf(context.signal, deadlineMs);
    const { client } = context;
    const call = { client: client.key, hasAsked: false };
    const underWay = this.#callsOf(known).add(call);
    const ask = whenAsked(context.ask, () => noteQuestion(underWay, client.key));
    try {
      const result = await run({ ...context, signal: deadline.signal, ask });
      this.#ended(known, 'answered');
      return result;
    } catch (error) {
      const isLate = deadline.isOver() && !context.signal.aborted;
      // A server that has asked its client has answered: the silence may be that of the client.
      const isSourcesFault = isLate ? !call.hasAsked : error instanceof SourceError && error.cause !== undefined;
      this.#ended(known, isSourcesFault ? 'failed' : 'answered');
      if (isLate) {
        const seconds = Math.round(deadlineMs / 1_000);
        if (call.hasAsked)
          return failure(`${name} has asked for input, and the call was not done within ${seconds} s.`, 'timeout');
        return failure(`${name} has not answered within ${seconds} s, so the call may or may not have run.`, 'timeout');
      }
      if (error instanceof SourceError) return failed(error);
      throw error;
    } finally {
      deadline.end();
      underWay.delete(call);
    }
  }

  #callsOf(known: KnownSource): Set<UnderWay> {
    let found = this.#underWay.get(known);
    if (!found) this.#underWay.set(known, (found = new Set()));
    return found;
  }

  #ended(known: KnownSource, outcome: 'answered' | 'failed'): void {
    this.#breakers.set(known, afterCall(this.#breakers.get(known) ?? CLOSED, outcome, this.#now()));
  }
}

/** Aborts as `signal` does, and after a time. `AbortSignal.timeout` and `any` would keep a timer and both signals until then. */
function deadlineOf(signal: AbortSignal, ms: number) {
  const controller = new AbortController();
  let isOver = false;
  const abort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort(new DOMException('The time of the call is over', 'TimeoutError'));
  }, ms).unref();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

const failed = (error: SourceError): CallToolResult =>
  failure(`The call failed: ${error.message}.`, error instanceof PolicyDenial ? 'denied' : 'failed');

function outcomeOf(result: CallToolResult | InputRequiredResult): CallOutcome {
  if (isInputRequiredResult(result)) return 'input_required';
  return reasonOf(result) ?? (result['isError'] === true ? 'tool_error' : 'succeeded');
}

function outcomeOfError(error: unknown, { signal }: CallContext): CallOutcome {
  if (signal.aborted) return 'cancelled';
  if (!(error instanceof ProtocolError)) return 'failed';
  return error.code === HEADER_MISMATCH ? 'invalid' : 'protocol_error';
}

/** A legacy server does not always say which call of the client its question belongs to, so it concerns each of them. */
function noteQuestion(calls: ReadonlySet<UnderWay>, client: string): void {
  for (const call of calls) if (call.client === client) call.hasAsked = true;
}

const whenAsked = (ask: CallContext['ask'], note: () => void): CallContext['ask'] =>
  ask &&
  ((request, signal) => {
    note();
    return ask(request, signal);
  });

/** The comparison of names takes its time. */
const MAX_COMPARED = 500;

function unknownTool(view: View, name: string): ProtocolError {
  // Only who knows the name reads it again: a name that nobody has approved may be meant for a model.
  const holder = view.sources.find(({ prefix, heldBack }) =>
    heldBack.some((each) => each.kind === 'tool' && prefix + each.name === name),
  );
  if (holder) {
    const where = `GET /tools/${holder.ref.name}/definition-changes`;
    const message = `Unknown tool: ${name}; its definition waits for approval: its owner finds it at ${where}`;
    return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
  const names = view.tools.slice(0, MAX_COMPARED).map(({ key }) => key);
  const close = closestMatch(name, names);
  const hint = close === undefined ? '' : `; did you mean "${close}"?`;
  const missing = view.missing.map((source) => source.name).slice(0, 5);
  const away = missing.length === 0 ? '' : `; these sources list no tools at the moment: ${missing.join(', ')}`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}${hint}${away}`);
}

/** A result keeps the promise of the output schema, and has a text for clients that read no structured content. */
function checked(result: CallToolResult, tool: Tool, name: string): CallToolResult {
  const { structuredContent, content, isError } = result;
  if (tool.outputSchema && isError !== true) {
    if (structuredContent === undefined) {
      return failure(`${name} has an output schema, and its server has answered without structured content.`, 'failed');
    }
    const fault = faultsOf(tool.outputSchema, structuredContent, 'the result');
    if (fault !== undefined)
      return failure(`The server of ${name} has answered what its output schema does not permit: ${fault}.`, 'failed');
  }
  if (structuredContent === undefined || (Array.isArray(content) && content.length > 0)) return result;
  return { ...result, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}
