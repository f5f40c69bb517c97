import { setTimeout as delay } from 'node:timers/promises';
import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import { ProtocolError, SdkHttpError } from '@modelcontextprotocol/client';
import type { CallToolResult, InputRequiredResult, Result } from '@modelcontextprotocol/server';
import { isTooDeep } from '@mcp-gateway/json-schema';
import { paramHeaders } from '../../schema/param-headers.js';
import type { Endpoints } from '../endpoints.js';
import { connectFailed, connectFault } from '../connect-fault.js';
import {
  knownCapabilities,
  SourceError,
  type CallContext,
  type ClientPeer,
  type Listing,
  type OnUpdate,
  type SourceRequest,
  type Subscription,
  type ToolCall,
  type ToolSource,
} from '../source.js';
import { askClient, MAX_QUESTIONS, tellClient } from './client-requests.js';
import { ClientSessions } from './client-sessions.js';
import { Connection, type OutgoingRequest } from './connection.js';
import { ListenUpdates } from './listen-updates.js';
import { SessionUpdates } from './session-updates.js';
import { Discovery, type McpSourceParts } from './discovery.js';
import { listAll } from './list-all.js';
import { isBreak } from './transport.js';

const OPEN_MS = 20_000;
/** Of requests that are under way when the resource is changed or removed. */
const RETIRE_MS = 60_000;
const UPDATED = 'notifications/resources/updated';

/** A request to a server. */
interface Message extends OutgoingRequest {
  mayRepeat: boolean;
}

/** An MCP server of either era, whose tools are those that it lists. */
export class McpSource implements ToolSource {
  readonly ref: ResourceRef;
  readonly #discovery: Discovery;
  readonly #sessions: ClientSessions;
  readonly #updates: SessionUpdates;
  readonly #streams: ListenUpdates;
  readonly #endpoints: Endpoints;
  readonly #underWay = new Set<Promise<Result>>();
  #isClosed = false;

  constructor(private readonly parts: McpSourceParts) {
    this.ref = parts.ref;
    this.#endpoints = parts.endpoints;
    this.#discovery = new Discovery(parts);
    const kept = { has: (key: string) => this.#updates.has(key), lost: (key: string) => this.#updates.lost(key) };
    this.#sessions = new ClientSessions((context, underWay) => this.#openSession(context, underWay), kept);
    this.#updates = new SessionUpdates({
      sessionOf: (key) => this.#sessions.of(key),
      open: async (context) => {
        // The permission may have ended with the session that was there.
        if (!parts.isReadableBy(context.client.principal)) throw new SourceError('the caller may not use the server');
        await this.#sessions.within(context, async () => {});
      },
      forget: (key, connection) => this.#sessions.forget(key, connection),
      isUnknownSession,
      log: parts.log,
    });
    this.#streams = new ListenUpdates({
      open: (context, onUpdate, signal) => this.#openStream(context, onUpdate, signal),
      isCurrent: ({ endpoint }) => this.#endpoints.has(endpoint.id),
      log: parts.log,
    });
  }

  async list(signal: AbortSignal): Promise<Listing> {
    for (let attempt = 1; ; attempt += 1) {
      let connection: Connection | undefined;
      try {
        connection = await this.#discovery.connection(signal);
        return await listAll(connection, signal, this.parts.log);
      } catch (error) {
        if (connection) this.#discovery.forget(connection); // the server may have been replaced behind it
        if (!isUnknownSession(error) || attempt > 1) throw this.#explained(error, signal);
      }
    }
  }

  async call(call: ToolCall, context: CallContext): Promise<CallToolResult | InputRequiredResult> {
    const { tool, arguments: given, meta, inputResponses, requestState } = call;
    const params = {
      name: tool.name,
      arguments: given,
      ...(meta && { _meta: meta }),
      ...(inputResponses && { inputResponses }),
      ...(requestState !== undefined && { requestState }),
    };
    const { readOnlyHint, idempotentHint } = tool.annotations ?? {};
    const mayRepeat = readOnlyHint === true || idempotentHint === true;
    const headers = paramHeaders(tool.inputSchema, given);
    const message = { method: 'tools/call', params, headers, mayRepeat };
    return (await this.#send(message, context)) as CallToolResult | InputRequiredResult;
  }

  request({ method, params }: SourceRequest, context: CallContext): Promise<Result> {
    return this.#send({ method, params, mayRepeat: true }, context);
  }

  async subscribe(params: Record<string, unknown>, context: CallContext, onUpdate: OnUpdate): Promise<Subscription> {
    const uri = String(params['uri']);
    const send = () => this.#send({ method: 'resources/subscribe', params, mayRepeat: true }, context);
    try {
      if (await this.#discovery.keepsSessions(context.client.era, context.signal))
        return await this.#updates.subscribe(uri, context, { send, onUpdate });
      const { era } = await this.#discovery.connection(context.signal);
      if (era === 'modern') return await this.#streams.subscribe(uri, context, onUpdate);
    } catch (error) {
      throw this.#explained(error, context.signal);
    }
    throw new SourceError(`${resourceKey(this.ref)} keeps no sessions, in which it could tell of updates`);
  }

  onChange(listener: () => void): void {
    this.#discovery.onChange(listener);
  }

  routeChanged(): void {
    this.#discovery.routeChanged();
    this.#sessions.endUnless(({ principal }) => this.parts.isReadableBy(principal));
    this.#streams.routeChanged();
    for (const key of this.#updates.keys()) void this.#forgetIfGone(key);
  }

  logLevelChanged({ key, logLevel }: ClientPeer): void {
    if (logLevel) void this.#sessions.of(key).then((connection) => connection?.setLogLevel(logLevel));
  }

  clientEnded(key: string): void {
    this.#sessions.end(key);
  }

  sessions(): number {
    return this.#sessions.size;
  }

  /** The server may serve on, under another definition: calls that it has begun end. */
  async retire(): Promise<void> {
    await Promise.race([Promise.allSettled(this.#underWay), delay(RETIRE_MS, undefined, { ref: false })]);
    await this.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#updates.close();
    this.#streams.close();
    await Promise.all([this.#discovery.close(), this.#sessions.close()]);
  }

  async #forgetIfGone(key: string): Promise<void> {
    const connection = await this.#sessions.of(key);
    if (connection && !this.#endpoints.has(connection.endpoint.id)) this.#sessions.forget(key, connection);
  }

  #openStream({ principal }: CallContext, onUpdate: OnUpdate, signal: AbortSignal): Promise<Connection> {
    return Connection.open({
      endpoint: this.#endpoints.choose(),
      fetch: this.parts.http.fetch,
      signal: AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS)]),
      principal,
      onNotification: ({ method, params }) => {
        if (method === UPDATED) onUpdate(params ?? {});
      },
    });
  }

  async #openSession(context: CallContext, underWay: ReadonlySet<CallContext>): Promise<Connection> {
    const { client, principal } = context;
    const mayReach = (caller: Principal) => {
      const isReadable = this.parts.isReadableBy(caller);
      if (!isReadable) this.#sessions.revoke(client.key);
      return isReadable;
    };
    const session = { underWay, client, mayReach };
    const tell = tellClient(session);
    let opened: Connection | undefined;
    let isClosed = false;
    const connection = await Connection.open({
      endpoint: this.#endpoints.choose(),
      fetch: this.parts.http.fetch,
      signal: AbortSignal.timeout(OPEN_MS), // other requests of the client may wait for it, too
      principal,
      // modern requests of one caller share a session
      capabilities: client.era === 'modern' ? knownCapabilities(client.capabilities) : client.capabilities,
      isLegacy: true,
      onRequest: askClient(session),
      onNotification: (notification) => {
        if (notification.method !== UPDATED || client.era === 'legacy') return tell(notification);
        if (mayReach(client.principal)) this.#updates.updated(client.key, notification.params ?? {});
      },
      onClose: () => {
        isClosed = true;
        if (opened) this.#sessions.closed(client.key, opened);
      },
    });
    opened = connection;
    if (client.logLevel) await connection.setLogLevel(client.logLevel);
    await this.#updates.opened(client.key, connection);
    if (isClosed) throw new SourceError(`${resourceKey(this.ref)} has ended a session at once`);
    return connection;
  }

  #send(message: Message, context: CallContext): Promise<Result> {
    const answer = this.#sendOrRepeat(message, context).finally(() => this.#underWay.delete(answer));
    this.#underWay.add(answer);
    return answer;
  }

  /** Sends again, once, what has certainly not run, or what may run twice. */
  async #sendOrRepeat(message: Message, context: CallContext): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(message, context);
      } catch (error) {
        context.signal.throwIfAborted();
        const canRun = connectFailed(error) || isUnknownSession(error) || (message.mayRepeat && isBreak(error));
        if (!canRun || attempt > 1) throw this.#explained(error, context.signal);
      }
    }
  }

  async #attempt(message: Message, context: CallContext): Promise<Result> {
    const { client, signal } = context;
    const shared = (await this.#discovery.keepsSessions(client.era, signal))
      ? undefined
      : await this.#discovery.shared(signal);
    // A replica may run another version than the one that was asked: all callers in one session would be mixed up.
    if (!shared || shared.isStateful) {
      return this.#sessions.within(context, async ({ connection }) => {
        try {
          return await this.#over(connection, message, context);
        } catch (error) {
          const isLost =
            isUnknownSession(error) || connectFailed(error) || !this.#endpoints.has(connection.endpoint.id);
          if (isLost) this.#sessions.forget(client.key, connection);
          throw error;
        }
      });
    }
    return this.#over(shared, message, context);
  }

  async #over(connection: Connection, message: Message, context: CallContext): Promise<Result> {
    const end = this.#endpoints.begin(connection.endpoint);
    try {
      return this.#bounded(await connection.request(message, context.signal, context));
    } catch (error) {
      if (error instanceof ProtocolError && isTooDeep(error.data)) throw this.#tooDeep();
      throw error;
    } finally {
      end();
    }
  }

  /** A result that the router can write, and a client can answer. */
  #bounded(result: Result): Result {
    if (isTooDeep(result)) throw this.#tooDeep();
    const questions = Object.keys(result['inputRequests'] ?? {}).length;
    if (questions <= MAX_QUESTIONS) return result;
    throw new SourceError(
      `${resourceKey(this.ref)} asks ${questions} questions at once, of which ${MAX_QUESTIONS} may be`,
    );
  }

  #tooDeep = () => new SourceError(`${resourceKey(this.ref)} has answered with values nested more than 64 levels deep`);

  /** What the server has answered stays as it is; all else becomes a sentence. */
  #explained(error: unknown, signal: AbortSignal): Error {
    signal.throwIfAborted();
    const name = resourceKey(this.ref);
    if (error instanceof SourceError) return error;
    if (this.#isClosed)
      return new SourceError(`${name} was changed or removed, so the request may or may not have run`);
    const fault = connectFault(error);
    if (fault !== undefined) return new SourceError(`${name} cannot be reached: ${fault}`, { cause: error });
    if (isBreak(error)) {
      return new SourceError(`${name} has broken off its answer, so the request may or may not have run`, {
        cause: error,
      });
    }
    if (error instanceof ProtocolError) return error;
    if (connectFailed(error)) return new SourceError(`${name} accepts no connection`, { cause: error });
    if (error instanceof SdkHttpError && error.status !== undefined) {
      return new SourceError(`${name} answers ${error.status} instead of speaking MCP`, { cause: error });
    }
    return new SourceError(`${name} does not answer as an MCP server`, { cause: error });
  }
}

const isUnknownSession = (error: unknown): boolean => error instanceof SdkHttpError && error.status === 404;
