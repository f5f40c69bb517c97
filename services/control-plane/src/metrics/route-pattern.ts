/** The one of the patterns, such as `/adapters/{name}`, that the URL is of; `other` when there is none. */
export function routePattern(patterns: readonly string[], url: string): string {
  const [path = ''] = url.split('?');
  const asked = path.replace(/(?<=.)\/$/, '').split('/');
  const isOf = (pattern: string) => {
    const parts = pattern.split('/');
    return parts.length === asked.length && parts.every((part, at) => part === asked[at] || part.startsWith('{'));
  };
  return patterns.find(isOf) ?? 'other';
}
