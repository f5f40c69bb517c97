import { createHash } from 'node:crypto';
import { resourceKey } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/server';
import type { Catalogue } from './catalogue.js';
import { listingOf, type KnownSource } from './known-source.js';

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

export interface Kinds {
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
  /** Each source of the caller has listed, or has failed to. */
  isTried: boolean;
  /** Sources that the caller may use. */
  sources: readonly KnownSource[];
};

const MAX_CALLERS = 2_000;

/** The views of callers, in memory until the catalogue changes. Callers that may use the same sources share one. */
export class Views {
  readonly #byCaller = new Map<string, View>();
  readonly #bySources = new Map<string, View>();
  #version = -1;

  constructor(private readonly catalogue: Catalogue) {}

  of(principal: Principal): View {
    if (this.#version !== this.catalogue.version || this.#byCaller.size >= MAX_CALLERS) {
      this.#byCaller.clear();
      this.#bySources.clear();
      this.#version = this.catalogue.version;
    }
    const { subject, roles, adminOf, resources } = principal;
    const caller = JSON.stringify([subject, roles, adminOf, resources]);
    let view = this.#byCaller.get(caller);
    if (!view) this.#byCaller.set(caller, (view = this.#viewOf(principal)));
    return view;
  }

  #viewOf(principal: Principal): View {
    const sources = this.catalogue.readableBy(principal);
    const key = sources.map(({ ref }) => resourceKey(ref)).join(' ');
    let view = this.#bySources.get(key);
    if (!view) this.#bySources.set(key, (view = viewOf(sources)));
    return view;
  }
}

function viewOf(sources: readonly KnownSource[]): View {
  const lists = {
    tools: exposed(sources, 'tools', ({ name }, { prefix }) => prefix + name, renamed),
    prompts: exposed(sources, 'prompts', ({ name }, { prefix }) => prefix + name, renamed),
    resources: exposed(sources, 'resources', ({ uri }) => uri, unchanged),
    templates: exposed(sources, 'templates', ({ uriTemplate }) => uriTemplate, unchanged),
  };
  const byKey: { [kind in Kind]?: Map<string, Exposed<Kinds[Kind]>> } = {};
  const fingerprints: { [kind in Kind]?: string } = {};
  return {
    ...lists,
    sources,
    isTried: sources.every((known) => known.isTried),
    missing: sources.flatMap((known) =>
      known.listing ? [] : [{ name: resourceKey(known.ref), reason: known.failure ?? 'it has not answered yet' }],
    ),
    find<K extends Kind>(kind: K, key: string) {
      const map = (byKey[kind] ??= new Map<string, Exposed<Kinds[Kind]>>(lists[kind].map((each) => [each.key, each])));
      return map.get(key) as Exposed<Kinds[K]> | undefined;
    },
    fingerprint: (kind) => (fingerprints[kind] ??= fingerprintOf(lists[kind])),
  };
}

const renamed = <T extends { name: string }>(item: T, name: string): T =>
  item.name === name ? item : { ...item, name };
const unchanged = <T>(item: T): T => item;

/** Of two sources that offer one key, the first in the order of `kind/name` has it. */
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
  return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const DIGESTS = new WeakMap<object, string>();

function digestOf(item: object): string {
  let digest = DIGESTS.get(item);
  if (digest === undefined) {
    digest = createHash('sha256').update(JSON.stringify(item)).digest('base64');
    DIGESTS.set(item, digest);
  }
  return digest;
}

function fingerprintOf(list: readonly Exposed<object>[]): string {
  const hash = createHash('sha256');
  for (const { key, original } of list) hash.update(key).update('\0').update(digestOf(original));
  return hash.digest('base64');
}
