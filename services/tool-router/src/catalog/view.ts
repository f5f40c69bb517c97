import { createHash, randomUUID } from 'node:crypto';
import {
  prefixOf,
  resourceKey,
  type PublishedToolset,
  type ResourceRef,
  type ToolNames,
} from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/server';
import type { ServerDescription } from '../sources/source.js';
import type { Catalogue } from './catalogue.js';
import { listingOf, type KnownSource } from './known-source.js';
import { NameTable } from './name-table.js';
import { ToolSearch } from './search.js';
import { mayContain, selectTools } from './select.js';

/** One thing that clients see, and where it comes from. */
export interface Exposed<T> {
  /** What clients name it by, and what lists are sorted by: a name, a URI or a URI template. */
  key: string;
  source: KnownSource;
  /** As its source lists it. */
  original: T;
  /** As clients see it. */
  shown: T;
}

interface Kinds {
  tools: Tool;
  prompts: Prompt;
  resources: Resource;
  templates: ResourceTemplateType;
}
export type Kind = keyof Kinds;

/** What one caller sees. Sorted by `key`, so that all routers page in the same order. */
export type View = { readonly [kind in Kind]: readonly Exposed<Kinds[kind]>[] } & {
  find<K extends Kind>(kind: K, key: string): Exposed<Kinds[K]> | undefined;
  /** Changes whenever what the caller sees of the kind changes. */
  fingerprint(kind: Kind): string;
  /** Sources of the caller that have not listed, with the reason. The view lacks what they offer. */
  missing: readonly { name: string; reason: string }[];
  /** Sources of the caller of which something is held back until it is approved, by `kind/name`. */
  heldBack: readonly string[];
  /** Each source of the caller has listed, or has failed to. */
  isTried: boolean;
  /** Sources that the caller may use, and that may have tools for this list. */
  sources: readonly KnownSource[];
  /** Stands in place of the list of tools. */
  search?: ToolSearch;
};

/** What clients learn when they begin. */
type About = Partial<ServerDescription> & { title?: string | undefined };

const MAX_CALLERS = 2_000;
const MAX_SEARCHES = 50;

/** The views of callers, in memory until the catalogue changes. Callers of one toolset that may use the same sources share one. */
export class Views {
  readonly #byCaller = new Map<string, View>();
  readonly #bySources = new Map<string, View>();
  #version = -1;

  readonly #names: Record<ToolNames, NameTable>;
  readonly #promptNames = new NameTable('prompts', 'any');
  /** By the fingerprint of the tools: an index outlives changes of the catalogue that are none of its tools. */
  readonly #searches = new Map<string, ToolSearch>();

  constructor(
    private readonly catalogue: Catalogue,
    log: Logger,
  ) {
    this.#names = { portable: new NameTable('tools', 'portable', log), mcp: new NameTable('tools', 'mcp') };
  }

  /** @param resource a toolset, or an adapter with `bridge`; a caller that may not use it sees nothing */
  of(principal: Principal, resource: ResourceRef): View {
    if (this.#version !== this.catalogue.version || this.#byCaller.size >= MAX_CALLERS) {
      this.#byCaller.clear();
      this.#bySources.clear();
      this.#version = this.catalogue.version;
    }
    const { subject, roles, adminOf, resources } = principal;
    const caller = JSON.stringify([resourceKey(resource), subject, roles, adminOf, resources]);
    let view = this.#byCaller.get(caller);
    if (!view) this.#byCaller.set(caller, (view = this.#viewOf(principal, resource)));
    return view;
  }

  /** What the toolset, or the server of the adapter, tells clients of itself; undefined for the toolset of all tools. */
  about(principal: Principal, { kind, name }: ResourceRef): About | undefined {
    if (kind === 'adapter') return this.catalogue.bridged(name, principal)?.listing?.server;
    const found = this.catalogue.toolset(name, principal);
    return found ? { title: found.title, instructions: found.description } : undefined;
  }

  #viewOf(principal: Principal, { kind, name }: ResourceRef): View {
    if (kind === 'adapter') return this.#viewOfAdapter(this.catalogue.bridged(name, principal));
    const toolset = this.catalogue.toolset(name, principal);
    const readable = toolset === null ? [] : this.catalogue.readableBy(principal);
    const sources = toolset ? readable.filter(({ ref }) => mayContain(toolset, ref)) : readable;
    const hidden = hiddenFrom(principal, sources);
    const key = [toolset === null ? '' : name, ...sources.map((each) => keyWith(each, hidden))].join(' ');
    let view = this.#bySources.get(key);
    if (!view) {
      const { sources: all } = this.catalogue;
      const names = { tools: this.#names[toolset?.names ?? 'portable'].of(all), prompts: this.#promptNames.of(all) };
      view = viewOf({ sources, names, hidden }, toolset ?? undefined);
      if (toolset?.search) view = { ...view, search: this.#searchIn(view.tools) };
      this.#bySources.set(key, view);
    }
    return view;
  }

  /** Its names and URIs as the server has them. */
  #viewOfAdapter(known: KnownSource | undefined): View {
    const key = `adapter ${known?.ref.name}`;
    let view = this.#bySources.get(key);
    if (!view) {
      const names = { tools: new Map(), prompts: new Map() };
      this.#bySources.set(key, (view = viewOf({ sources: known ? [known] : [], names, hidden: new Map() })));
    }
    return view;
  }

  #searchIn(tools: View['tools']): ToolSearch {
    const fingerprint = fingerprintOf(tools);
    const search = this.#searches.get(fingerprint) ?? new ToolSearch(tools.map(({ shown }) => shown));
    this.#searches.delete(fingerprint);
    this.#searches.set(fingerprint, search);
    const [oldest] = this.#searches.keys();
    if (this.#searches.size > MAX_SEARCHES && oldest !== undefined) this.#searches.delete(oldest);
    return search;
  }
}

type Names = ReturnType<NameTable['of']>;
/** Kinds that policies hide from a caller, by the source. */
type Hidden = ReadonlyMap<KnownSource, readonly Kind[]>;

const LISTS: Record<Kind, string> = {
  tools: 'tools/list',
  prompts: 'prompts/list',
  resources: 'resources/list',
  templates: 'resources/templates/list',
};
export const KINDS = Object.keys(LISTS) as Kind[];

function hiddenFrom(principal: Principal, sources: readonly KnownSource[]): Hidden {
  const hidden = new Map<KnownSource, readonly Kind[]>();
  for (const known of sources) {
    const kinds = KINDS.filter((kind) => known.source.hides?.(LISTS[kind], principal) === true);
    if (kinds.length > 0) hidden.set(known, kinds);
  }
  return hidden;
}

const keyWith = (known: KnownSource, hidden: Hidden): string =>
  [resourceKey(known.ref), ...(hidden.get(known) ?? [])].join(',');

interface Visible {
  sources: readonly KnownSource[];
  names: { tools: Names; prompts: Names };
  hidden: Hidden;
}

function viewOf({ sources, names, hidden }: Visible, toolset?: PublishedToolset): View {
  const of = (kind: Kind) => sources.filter((known) => hidden.get(known)?.includes(kind) !== true);
  const nameIn = (table: Names) => (item: { name: string }, source: KnownSource) =>
    table.get(source)?.get(item.name) ?? item.name;
  const all = exposed(of('tools'), 'tools', nameIn(names.tools), renamed);
  // A toolset selects tools and nothing else.
  const others = (kind: Kind) => (toolset ? [] : of(kind).toSorted(ownPrefixLast));
  const lists = {
    tools: toolset ? byKey(selectTools(all, toolset)) : all,
    prompts: exposed(others('prompts'), 'prompts', nameIn(names.prompts), renamed),
    resources: exposed(others('resources'), 'resources', ({ uri }) => uri, unchanged),
    templates: exposed(others('templates'), 'templates', ({ uriTemplate }) => uriTemplate, unchanged),
  };
  const maps: { [kind in Kind]?: Map<string, Exposed<Kinds[Kind]>> } = {};
  const fingerprints: { [kind in Kind]?: string } = {};
  return {
    ...lists,
    sources,
    heldBack: sources.filter(({ heldBack }) => heldBack.length > 0).map(({ ref }) => resourceKey(ref)),
    isTried: sources.every((known) => known.isTried),
    missing: sources.flatMap((known) =>
      known.listing ? [] : [{ name: resourceKey(known.ref), reason: known.failure ?? 'it has not answered yet' }],
    ),
    find<K extends Kind>(kind: K, key: string) {
      const map = (maps[kind] ??= new Map<string, Exposed<Kinds[Kind]>>(lists[kind].map((each) => [each.key, each])));
      return map.get(key) as Exposed<Kinds[K]> | undefined;
    },
    // With a search, the list is always the same two tools.
    fingerprint: (kind) =>
      toolset?.search && kind === 'tools' ? 'search' : (fingerprints[kind] ??= fingerprintOf(lists[kind])),
  };
}

const renamed = <T extends { name: string }>(item: T, name: string): T =>
  item.name === name ? item : { ...item, name };
const unchanged = <T>(item: T): T => item;

/** The sort is stable: apart from that, the order of `kind/name` stays. */
const ownPrefixLast = (a: KnownSource, b: KnownSource): number => Number(hasOwnPrefix(a)) - Number(hasOwnPrefix(b));
const hasOwnPrefix = ({ prefix, ref }: KnownSource): boolean => prefix !== prefixOf({}, ref.name);

/** Of two sources that offer one key, the first has it. */
function exposed<K extends Kind>(
  sources: readonly KnownSource[],
  kind: K,
  keyOf: (item: Kinds[K], source: KnownSource) => string,
  show: (item: Kinds[K], key: string) => Kinds[K],
): Exposed<Kinds[K]>[] {
  const found = new Map<string, Exposed<Kinds[K]>>();
  for (const source of sources) {
    for (const original of listingOf(source)[kind] as readonly Kinds[K][]) {
      const key = keyOf(original, source);
      if (!found.has(key)) found.set(key, { key, source, original, shown: show(original, key) });
    }
  }
  return byKey([...found.values()]);
}

const byKey = <T extends { key: string }>(list: readonly T[]): T[] => list.toSorted((a, b) => (a.key < b.key ? -1 : 1));

const DIGESTS = new WeakMap<object, string>();

function digestOf(item: object): string {
  let digest = DIGESTS.get(item);
  if (digest === undefined) {
    digest = createHash('sha256').update(textOf(item)).digest('base64');
    DIGESTS.set(item, digest);
  }
  return digest;
}

/** An item that is nested so deeply that the stack is full has a text of its own. */
function textOf(item: object): string {
  try {
    return JSON.stringify(item);
  } catch {
    return randomUUID();
  }
}

function fingerprintOf(list: readonly Exposed<object>[]): string {
  const hash = createHash('sha256');
  for (const { key, original, shown } of list) {
    hash.update(key).update('\0').update(digestOf(original));
    const [before, after] = [original, shown] as { title?: string; description?: string }[];
    if (after?.title !== before?.title || after?.description !== before?.description) {
      hash.update(JSON.stringify([after?.title, after?.description]));
    }
  }
  return hash.digest('base64');
}
