/** The samples of one metric in the text format of Prometheus: a map from labels, in their original form, to value. */
export function samplesOf(text: string, name: string): Record<string, number> {
  const found = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'));
  return Object.fromEntries(Array.from(found, ([, labels = '', value]) => [labels, Number(value)]));
}
