/** Names by a key. */
export class Index {
  readonly #names = new Map<string, Set<string>>();

  get(key: string): string[] {
    return [...(this.#names.get(key) ?? [])];
  }

  update(key: string, name: string, present: boolean): void {
    const names = this.#names.get(key) ?? new Set();
    if (present) names.add(name);
    else names.delete(name);
    if (names.size > 0) this.#names.set(key, names);
    else this.#names.delete(key);
  }
}
