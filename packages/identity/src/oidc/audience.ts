/**
 * The audience of a token that is accepted; undefined when none is. MCP clients ask for a token for the URL that they
 * call (RFC 8707), and one gateway has many URLs; so an accepted audience may stand for all URLs below one.
 * @param aud the claim (RFC 7519 §4.1.3)
 */
export function audienceIn(aud: unknown, accepted: readonly string[]): string | undefined {
  return [aud ?? []]
    .flat()
    .filter((named) => typeof named === 'string')
    .find((named) =>
      accepted.some((each) => (each.endsWith('/*') ? isBelow(named, each.slice(0, -1)) : named === each)),
    );
}

/** Compared as parsed, so that no `..` leads out; the URL without its slash is included. */
function isBelow(named: string, base: string): boolean {
  if (!URL.canParse(named)) return false;
  const { origin, pathname } = new URL(named);
  return `${origin}${pathname}/`.startsWith(base);
}
