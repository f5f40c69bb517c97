import { createHash } from 'node:crypto';

const BASE_STYLE = 'body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}';

export interface HtmlPage {
  html: string;
  /** Without `Content-Type`. The policy allows this page its style, and neither scripts nor frames nor forms. */
  headers: Record<string, string>;
}

/** A page that explains something to a person. `title` and `body` are HTML, and links in them are relative, so that they also work below a path of a reverse proxy. */
export function htmlPage({ title, body, style = '' }: { title: string; body: string; style?: string }): HtmlPage {
  const styles = BASE_STYLE + style;
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${styles}</style>
<h1>${title}</h1>
${body}
</html>
`;
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
  return { html, headers };
}
