/** What each mode of sign-in did with each attack, for people to read. */
export function attackTable(modes: readonly string[]) {
  const results = new Map<string, Map<string, string>>();
  const line = (head: string, cells: readonly string[]) =>
    `${head.padEnd(52)}${cells.map((cell) => cell.padEnd(26)).join('')}`;
  return {
    record(attack: string, mode: string, result: string | number): void {
      const row = results.get(attack) ?? new Map<string, string>();
      results.set(attack, row.set(mode, String(result)));
    },
    print(): void {
      const rows = [...results].map(([attack, row]) =>
        line(
          attack,
          modes.map((name) => row.get(name) ?? '–'),
        ),
      );
      process.stdout.write(`\n${[line('attack', modes), ...rows].join('\n')}\n\n`);
    },
  };
}
