const MAX_STEPS = 20;

/**
 * A person with a browser at the sign-in page of the development issuer: follows redirects, keeps cookies and chooses a user.
 * @param url to which the client sends the browser
 * @returns the URL at which the client takes over again, with its code
 */
export async function signInAs(user: string, url: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = url;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (next.origin !== url.origin) return next;
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) {
      const page = await response.text();
      if (!page.includes('<form method="post">')) throw new Error(`${next.pathname} shows no form: ${page}`);
      form = new URLSearchParams({ user });
    } else {
      next = new URL(location, next);
      form = undefined;
    }
  }
  throw new Error(`${url.href} leads in circles`);
}

/** What a client of the SDK keeps of its sign-in; both lines take it. Its browser is `signInAs`. */
export function oauthClient(user: string) {
  const kept: Record<string, unknown> = {};
  const answered = Promise.withResolvers<URL>();
  const redirectUrl = 'http://127.0.0.1:1/callback';
  const provider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'A client of the SDK',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => kept['client'],
    saveClientInformation: (client: unknown) => void (kept['client'] = client),
    tokens: () => kept['tokens'],
    saveTokens: (tokens: unknown) => void (kept['tokens'] = tokens),
    codeVerifier: () => String(kept['verifier']),
    saveCodeVerifier: (verifier: string) => void (kept['verifier'] = verifier),
    discoveryState: () => kept['discovery'],
    saveDiscoveryState: (state: unknown) => void (kept['discovery'] = state),
    state: () => 'a-state-of-the-client',
    async redirectToAuthorization(url: URL) {
      answered.resolve(await signInAs(user, url));
    },
  };
  return { provider: provider as never, kept, answered: answered.promise };
}
