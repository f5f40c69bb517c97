import { isDeepStrictEqual } from 'node:util';
import {
  adapterRef,
  isAllTools,
  prefixOf,
  resourceKey,
  toolsetRef,
  type PublishedLock,
  type PublishedTool,
  type PublishedToolset,
  type ResourceRef,
} from '@mcp-gateway/common/contracts';
import { canRead } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { ToolTable } from '@mcp-gateway/routing';
import type { ClientPeer, Listing, ToolSource } from '../sources/source.js';
import type { DefinitionReports } from './definition-reports.js';
import { KnownSource, type KnownSourceParts } from './known-source.js';

export interface CatalogueParts {
  table: ToolTable;
  /** Undefined for a definition that is no source of tools. */
  openSource: (ref: ResourceRef, definition: PublishedTool) => ToolSource | undefined;
  /** Undefined: what sources define is reported to nobody. */
  reports?: Pick<DefinitionReports, 'tell' | 'forget'> | undefined;
  /** Opens the whole of an adapter with `bridge`. */
  openBridge: (adapter: ResourceRef) => ToolSource;
  onListed?: KnownSourceParts['onListed'];
  log: Logger;
  now?: () => number;
}

/** Several changes become one announcement. */
const SETTLE_MS = 50;

/** All sources that are registered, and what each lists. It follows the table of routes and definitions. */
export class Catalogue {
  /** Rises with every change of what is listed, by whom, or for whom. */
  version = 0;
  #known = new Map<string, { known: KnownSource; definition: PublishedTool }>();
  /** Adapters with `bridge`, by name. Only their own clients see them. */
  readonly #bridged = new Map<string, KnownSource>();
  /** Changed or removed, and with requests under way. */
  readonly #retiring = new Set<KnownSource>();
  readonly #listeners: (() => void)[] = [];
  #sorted: readonly KnownSource[] = [];
  #announcement: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(private readonly parts: CatalogueParts) {
    parts.table.onChange(() => this.#follow());
    this.#follow();
  }

  /** In the order of `kind/name`. */
  get sources(): readonly KnownSource[] {
    return this.#sorted;
  }

  /** Those, and the adapters with `bridge`. */
  everySource(): readonly KnownSource[] {
    return [...this.#sorted, ...this.#bridged.values()];
  }

  has(ref: ResourceRef): boolean {
    return this.#known.has(resourceKey(ref)) || (ref.kind === 'adapter' && this.#bridged.has(ref.name));
  }

  /** Called some milliseconds after a change, once for all changes until then. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The sources that a caller may use, as far as `canRead` decides. */
  readableBy(principal: Principal): KnownSource[] {
    return this.#sorted.filter((known) => known.isReadableBy(principal));
  }

  /** The adapter with `bridge`; undefined if there is none, or the caller may not use it. */
  bridged(name: string, principal: Principal): KnownSource | undefined {
    const known = this.#bridged.get(name);
    return known?.isReadableBy(principal) ? known : undefined;
  }

  /** The toolset of this name; undefined for the toolset of all tools, null if the caller may not use it or it does not exist. */
  toolset(name: string, principal: Principal): PublishedToolset | null | undefined {
    const ref = toolsetRef(name);
    if (isAllTools(ref)) return undefined;
    const route = this.parts.table.get(ref);
    return (route && canRead(principal, route) && this.parts.table.toolset(name)) || null;
  }

  /** Resolves when each source that the caller may use there has listed, or has failed to; at the latest after `ms`. */
  async whenTried(principal: Principal, { kind, name }: ResourceRef, ms: number): Promise<void> {
    const adapter = kind === 'adapter' ? this.bridged(name, principal) : undefined;
    const sources = kind === 'adapter' ? (adapter ? [adapter] : []) : this.readableBy(principal);
    const untried = sources.filter(({ isTried }) => !isTried);
    if (untried.length === 0) return;
    const late = new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
    await Promise.race([late, Promise.all(untried.map((known) => known.refresh()))]);
  }

  clientEnded(key: string): void {
    for (const { source } of [...this.everySource(), ...this.#retiring]) source.clientEnded?.(key);
  }

  logLevelChanged(client: ClientPeer): void {
    for (const { source } of this.everySource()) source.logLevelChanged?.(client);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#announcement);
    await Promise.all([...this.everySource(), ...this.#retiring].map((known) => known.close()));
  }

  #follow(): void {
    if (this.#isClosed) return;
    const { table } = this.parts;
    const found = new Set<string>();
    for (const route of table.all()) {
      const definition = table.definition(route);
      const key = resourceKey(route);
      if (!definition) continue;
      found.add(key);
      const before = this.#known.get(key);
      if (before && isSame(before.definition, definition)) {
        before.definition = definition;
        before.known.routeChanged();
      } else this.#open({ kind: route.kind, name: route.name }, definition);
    }
    for (const key of this.#known.keys()) if (!found.has(key)) this.#forget(key);
    const all = [...this.#known].toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.#sorted = all.map(([, { known }]) => known);
    this.#followBridged();
    this.#changed();
  }

  #followBridged(): void {
    const { table, openBridge, onListed, log } = this.parts;
    for (const [name, known] of this.#bridged) {
      if (table.get(known.ref)?.bridge) {
        known.routeChanged();
        continue;
      }
      this.#bridged.delete(name);
      this.#retire(known);
    }
    for (const { kind, name, bridge } of table.all()) {
      if (kind !== 'adapter' || !bridge || this.#bridged.has(name)) continue;
      const ref = adapterRef(name);
      const route = () => table.get(ref);
      const changed = () => this.#changed();
      const source = openBridge(ref);
      this.#bridged.set(name, new KnownSource({ source, route, prefix: '', changed, onListed, log }));
    }
  }

  #open(ref: ResourceRef, definition: PublishedTool): void {
    const key = resourceKey(ref);
    this.#forget(key);
    const source = this.parts.openSource(ref, definition);
    if (!source) return;
    const known = new KnownSource({
      source,
      route: () => this.parts.table.get(ref),
      ...(definition.type === 'adapter' && { server: () => this.parts.table.get(adapterRef(definition.adapter)) }),
      prefix: definition.type === 'http' ? '' : prefixOf(definition, ref.name),
      ...this.#lockOf(ref, definition),
      changed: () => this.#changed(),
      onListed: this.parts.onListed,
      log: this.parts.log,
      ...(this.parts.now && { now: this.parts.now }),
    });
    this.#known.set(key, { known, definition });
  }

  /** Of a source whose server describes its tools. A definition that cannot be read ends the source, so its lock stays until then. */
  #lockOf(ref: ResourceRef, definition: PublishedTool) {
    const { type } = definition;
    if (type === 'http' || (type === 'openapi' && definition.document === undefined)) return {};
    const { table, reports } = this.parts;
    return {
      lock: () => lockIn(table.definition(ref)),
      listed: (...listed: [Listing, PublishedLock | undefined]) => reports?.tell(table.get(ref), ...listed),
    };
  }

  #forget(key: string): void {
    const entry = this.#known.get(key);
    if (entry) this.parts.reports?.forget(entry.known.ref);
    this.#known.delete(key);
    if (entry) this.#retire(entry.known);
  }

  #retire(known: KnownSource): void {
    this.#retiring.add(known);
    void known
      .retire()
      .catch(() => {})
      .finally(() => this.#retiring.delete(known));
  }

  /** Runs in a timer, where nobody else catches what it throws. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.parts.log.error({ err: error }, 'a change of the listed tools could not be announced');
    }
  }

  #changed(): void {
    this.version += 1;
    this.#announcement ??= setTimeout(() => {
      this.#announcement = undefined;
      for (const listener of this.#listeners) this.#tell(listener);
    }, SETTLE_MS).unref();
  }
}

const lockIn = (definition: PublishedTool | undefined): PublishedLock | undefined =>
  definition && 'lock' in definition ? definition.lock : undefined;

/** The table keeps a definition until it is read again. What is approved changes without an end of the sessions at the server. */
const isSame = (a: PublishedTool, b: PublishedTool): boolean =>
  a === b || isDeepStrictEqual({ ...a, lock: undefined }, { ...b, lock: undefined });
