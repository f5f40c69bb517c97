import { prefixOf, resourceKey } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { exposedNames, type NameRule } from './exposed-names.js';
import { listingOf, type KnownSource } from './known-source.js';

const MAX_TOLD = 20;

/** The exposed names of the tools, or of the prompts, of all sources. Each caller sees a tool under the same name. */
export class NameTable {
  /** What the names were made from: they stay until it changes. */
  #made: readonly unknown[] = [];
  #names = new Map<KnownSource, ReadonlyMap<string, string>>();

  /** What the log has said last. */
  #told = '';

  /** @param log where it says which tools do not have the names that their sources want; absent: it says nothing */
  constructor(
    private readonly kind: 'tools' | 'prompts',
    private readonly rule: NameRule,
    private readonly log?: Logger,
  ) {}

  /** @param sources all of the catalogue; returns names by the name at the source */
  of(sources: readonly KnownSource[]): ReadonlyMap<KnownSource, ReadonlyMap<string, string>> {
    const from = sources.flatMap((known) => [known, known.listing]);
    if (from.length === this.#made.length && from.every((each, index) => each === this.#made[index]))
      return this.#names;
    this.#made = from;
    this.#names = new Map();
    const tools = sources.flatMap((known) =>
      listingOf(known)[this.kind].map(({ name }) => ({ known, source: known.ref, prefix: known.prefix, name })),
    );
    const names = exposedNames(tools, this.rule, new Set(sources.map(({ ref }) => ref.name)));
    const bySource = new Map<KnownSource, Map<string, string>>(sources.map((known) => [known, new Map()]));
    tools.forEach(({ known, name }, index) => bySource.get(known)?.set(name, names[index] ?? name));
    this.#names = bySource;
    this.#tell(
      tools.flatMap(({ known: { ref, prefix }, name }, index) => {
        const exposed = names[index];
        const isDisplaced = exposed !== prefix + name && exposed === prefixOf({}, ref.name) + name;
        return isDisplaced ? [`${resourceKey(ref)}: ${exposed} in place of ${prefix}${name}`] : [];
      }),
    );
    return this.#names;
  }

  #tell(displaced: readonly string[]): void {
    const tools = displaced.slice(0, MAX_TOLD);
    const text = tools.join();
    if (text !== this.#told && text !== '') {
      this.log?.warn({ tools }, 'other tools have the names that these want; change the prefix of the source');
    }
    this.#told = text;
  }
}
