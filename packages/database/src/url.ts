/** @throws Error in words, never with the URL itself: it may hold a password. */
export function checkDatabaseUrl(href: string): string {
  const schema = parse(href).searchParams.get('schema');
  if (schema && schema !== 'public') {
    throw new Error(`DATABASE_URL must not set schema=${schema}: the gateway keeps its tables in the schema "public".`);
  }
  return href;
}

/** `user@host:port/database`: what an error message may show of a URL. */
export function labelOf(href: string): string {
  const url = parse(href);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.host);
  return `${url.username && `${url.username}@`}${host}${url.pathname}`;
}

/** The same server and user, another database. */
export function atDatabase(href: string, database: string): string {
  const url = parse(href);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

function parse(href: string): URL {
  // libpq allows an empty host after a user, when `?host=` names the folder of a socket; the URL standard does not.
  const url = URL.parse(href) ?? URL.parse(href.replace('@/', '@localhost/'));
  if (!url) throw new Error('DATABASE_URL is not a URL. Write it as postgresql://user:password@host:5432/database.');
  return url;
}
