import { describe, expect, it } from '@jest/globals';
import { errorCatalogue, type ErrorCode } from '@mcp-gateway/common/errors';
import { send } from '../support/http.js';
import { caller } from './support/callers.js';
import { startControlPlane } from './support/control-plane.js';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe('GET /errors', () => {
  it('is a page that loads nothing and runs no script', async () => {
    const { url } = await startControlPlane();
    const { status, headers, text } = await caller(url, 'alice').get('/errors');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^;]+'; base-uri 'none'/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).not.toMatch(/<script|<link|<img|javascript:/i);
  });

  it('has the status, the title, the cause and the remedy of every code', async () => {
    const { url } = await startControlPlane();
    const { text } = await caller(url, 'alice').get('/errors');
    const plain = text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    for (const code of codes) {
      const [, section = ''] = new RegExp(`<section id="${code}">(.*?)</section>`, 's').exec(plain) ?? [];
      const { status, title, cause, remedy } = errorCatalogue[code];
      for (const part of [`Status ${status}`, title, cause, remedy]) expect(section).toContain(part);
    }
  });

  it('is for a browser that follows a link, and for no other method', async () => {
    const { url } = await startControlPlane();
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await send(`${url}/errors`, { method: 'GET', headers: link })).toMatchObject({ status: 200 });
    expect(await send(`${url}/errors`, { method: 'POST' })).toMatchObject({ status: 405 });
  });
});

describe('the type of a problem document', () => {
  it('leads to the code on the page of errors', async () => {
    const { url } = await startControlPlane();
    const alice = caller(url, 'alice');
    const { json } = await alice.get('/adapters/unknown');
    const { pathname, hash } = new URL(json.type, `${url}/adapters/unknown`);
    expect(hash).toBe('#ADAPTER_NOT_FOUND');
    expect((await alice.get(pathname)).text).toContain(`id="${hash.slice(1)}"`);
  });

  it('is absolute where the public URL is known', async () => {
    const { url } = await startControlPlane({ publicUrl: 'https://tools.example.com/gateway' });
    const { json } = await caller(url, 'alice').get('/adapters/unknown');
    expect(json.type).toBe('https://tools.example.com/gateway/errors#ADAPTER_NOT_FOUND');
  });
});
