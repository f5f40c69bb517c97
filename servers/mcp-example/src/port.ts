/** The port that the text names, 0 for any; undefined when it names none. */
export function portOf(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port <= 65_535 ? port : undefined;
}
