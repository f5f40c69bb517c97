/**
 * Where the client has to go: the URL that the suite puts last, or, with a URL before it, the one at which that has put
 * a gateway in front of it.
 */
export async function targetUrl(): Promise<URL> {
  const [, , ...urls] = process.argv;
  const server = String(urls.at(-1));
  if (urls.length < 2) return new URL(server);
  const answer = await fetch(String(urls[0]), { method: 'POST', body: server });
  return new URL(await answer.text());
}
