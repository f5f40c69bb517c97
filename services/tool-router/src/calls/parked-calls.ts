import { randomUUID } from 'node:crypto';
import {
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type InputRequest,
  type InputRequiredResult,
  type Result,
} from '@modelcontextprotocol/server';
import type { CallContext, ClientRequest } from '../sources/source.js';
import { invalidState } from './request-state.js';

/** How long a call waits for its client to send the next round. */
const PARKED_MS = 5 * 60_000;
const MAX_PARKED = 1_000;
const MAX_PARKED_OF_CALLER = 50;
/** A server may ask several questions at once. */
const SETTLE_MS = 5;

const NEEDS: Record<string, 'sampling' | 'elicitation' | 'roots'> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
};

interface Question {
  request: ClientRequest;
  answer: (result: Result) => void;
  fail: (error: Error) => void;
}

/** A call under way at a server that asks its clients directly, for a client that is asked by an answer only. */
interface ParkedCall {
  id: string;
  subject: string;
  /** Cancels the call at the server. */
  cancel: AbortController;
  done: Promise<Result>;
  /** Throws when a policy does not permit the call any more. */
  permit: (context: CallContext) => void;
  questions: Map<string, Question>;
  asked: PromiseWithResolvers<void>;
  /** Of the round that is under way now. */
  round: CallContext | undefined;
  late?: NodeJS.Timeout;
}

/**
 * Lets modern clients use legacy servers that ask while they serve a call: the question becomes the answer of the round, the
 * call waits, and the next round brings the client's answers (MCP 2026-07-28, multi-round-trip requests). Waiting calls are in
 * the memory of this router, limited in number and time.
 */
export class ParkedCalls {
  readonly #parked = new Map<string, ParkedCall>();
  #asked = 0;

  /** Runs a call until it is done or asks. `requestState` of an answer that asks is the id of the call. */
  begin(
    context: CallContext,
    { permit, run }: { permit: ParkedCall['permit']; run: (context: CallContext) => Promise<Result> },
  ): Promise<Result | InputRequiredResult> {
    const call: ParkedCall = {
      id: randomUUID(),
      subject: context.principal.subject,
      cancel: new AbortController(),
      done: Promise.resolve({}),
      permit,
      questions: new Map(),
      asked: Promise.withResolvers(),
      round: context,
    };
    const ask = (request: ClientRequest, signal: AbortSignal) => this.#ask(call, request, context, signal);
    call.done = run({
      ...context,
      signal: call.cancel.signal,
      ask,
      onProgress: context.onProgress && ((progress) => call.round?.onProgress?.(progress)),
      notify: (notification) => call.round?.notify(notification),
      client: { ...context.client, ask },
    });
    return this.#round(call, context);
  }

  /**
   * The next round of a call that has asked.
   * @throws ProtocolError -32602 when this router does not have the call (any more), and what `permit` throws
   */
  resume(id: string, answers: Record<string, unknown>, context: CallContext): Promise<Result | InputRequiredResult> {
    const call = this.#parked.get(id);
    if (!call || call.subject !== context.principal.subject) throw invalidState();
    try {
      call.permit(context); // the call as it began, whatever this round says that it is
    } catch (error) {
      this.#end(call, 'the caller may not go on with it');
      throw error;
    }
    this.#parked.delete(id);
    clearTimeout(call.late);
    call.round = context;
    call.asked = Promise.withResolvers();
    for (const [key, question] of call.questions) {
      const answer = answers[key];
      if (answer === undefined) continue; // it is asked again
      call.questions.delete(key);
      question.answer(answer as Result);
    }
    if (call.questions.size > 0) call.asked.resolve();
    return this.#round(call, context);
  }

  get size(): number {
    return this.#parked.size;
  }

  has(id: string): boolean {
    return this.#parked.has(id);
  }

  close(): void {
    for (const call of this.#parked.values()) this.#end(call, 'the tool router ends');
  }

  async #round(call: ParkedCall, { signal }: CallContext): Promise<Result | InputRequiredResult> {
    const cancel = () => call.cancel.abort(signal.reason);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      call.done.catch(() => {}); // its error is thrown below, unless the call has asked
      const first = await Promise.race([call.done.then((result) => ({ result })), call.asked.promise]);
      if (first) return first.result;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      this.#park(call);
      const inputRequests = Object.fromEntries(
        [...call.questions].map(([key, { request }]) => [key, embedded(request)]),
      );
      return inputRequired({ inputRequests, requestState: call.id });
    } finally {
      signal.removeEventListener('abort', cancel);
      call.round = undefined;
    }
  }

  #park(call: ParkedCall): void {
    this.#parked.set(call.id, call);
    call.late = setTimeout(() => this.#end(call, 'the client has not answered in time'), PARKED_MS).unref();
    void call.done.catch(() => {}).then(() => this.#parked.size > MAX_PARKED && this.#parked.delete(call.id));
  }

  #ask(call: ParkedCall, request: ClientRequest, { client }: CallContext, signal: AbortSignal): Promise<Result> {
    const need = NEEDS[request.method];
    if (need === undefined || client.capabilities[need] === undefined) {
      throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `The client does not take ${request.method}`);
    }
    const ofCaller = [...this.#parked.values()].filter(({ subject }) => subject === call.subject).length;
    if (this.#parked.size >= MAX_PARKED || ofCaller >= MAX_PARKED_OF_CALLER) {
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'Too many calls wait for answers of clients');
    }
    this.#asked += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const key = `input-${this.#asked}`;
    call.questions.set(key, { request, answer: resolve, fail: reject });
    signal.addEventListener('abort', () => {
      call.questions.delete(key);
      reject(signal.reason as Error);
    });
    call.asked.resolve();
    return promise;
  }

  #end(call: ParkedCall, reason: string): void {
    clearTimeout(call.late);
    this.#parked.delete(call.id);
    for (const { fail } of call.questions.values()) fail(new Error(reason));
    call.cancel.abort(new Error(reason));
  }
}

/** Without what belongs to a connection of the legacy era. */
function embedded({ method, params = {} }: ClientRequest): InputRequest {
  const { _meta: _, elicitationId: __, ...rest } = params;
  return (method === 'roots/list' ? { method } : { method, params: rest }) as InputRequest;
}
