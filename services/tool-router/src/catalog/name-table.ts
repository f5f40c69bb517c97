import type { ToolNames } from '@mcp-gateway/common/contracts';
import { exposedNames } from './exposed-names.js';
import { listingOf, type KnownSource } from './known-source.js';

/** The exposed names of the tools of all sources, whoever may use them: each caller sees a tool under the same name. */
export class NameTable {
  /** What the names were made from: they stay until it changes. */
  #made: readonly unknown[] = [];
  #names = new Map<KnownSource, ReadonlyMap<string, string>>();

  constructor(private readonly rule: ToolNames) {}

  /** @param sources all of the catalogue; returns names by the name at the source */
  of(sources: readonly KnownSource[]): ReadonlyMap<KnownSource, ReadonlyMap<string, string>> {
    const from = sources.flatMap((known) => [known, known.listing]);
    if (from.length === this.#made.length && from.every((each, index) => each === this.#made[index]))
      return this.#names;
    this.#made = from;
    this.#names = new Map();
    const tools = sources.flatMap((known) =>
      listingOf(known).tools.map(({ name }) => ({ known, source: known.ref, prefix: known.prefix, name })),
    );
    const names = exposedNames(tools, this.rule);
    const bySource = new Map<KnownSource, Map<string, string>>(sources.map((known) => [known, new Map()]));
    tools.forEach(({ known, name }, index) => bySource.get(known)?.set(name, names[index] ?? name));
    this.#names = bySource;
    return this.#names;
  }
}
