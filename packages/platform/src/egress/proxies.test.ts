import { expect, it } from '@jest/globals';
import { proxiesOf } from './proxies.js';

const BOTH = { HTTPS_PROXY: 'http://secure.proxy:3128', HTTP_PROXY: 'plain.proxy:8080' };

it.each<[NodeJS.ProcessEnv, string, string | undefined]>([
  [{}, 'https://a.example', undefined],
  [BOTH, 'https://a.example', 'secure.proxy:3128'],
  [BOTH, 'http://a.example', 'plain.proxy:8080'],
  [{ ...BOTH, https_proxy: 'http://lower.proxy:1' }, 'https://a.example', 'lower.proxy:1'],
  [{ HTTPS_PROXY: 'socks5://socks.proxy:1080' }, 'https://a.example', undefined],
  [{ ...BOTH, NO_PROXY: '*' }, 'https://a.example', undefined],
  [{ ...BOTH, NO_PROXY: 'b.example, a.example' }, 'https://A.example', undefined],
  [{ ...BOTH, NO_PROXY: 'b.example a.example' }, 'https://a.example', undefined],
  [{ ...BOTH, NO_PROXY: 'a.example' }, 'https://mcp.a.example', 'secure.proxy:3128'],
  [{ ...BOTH, NO_PROXY: '.a.example' }, 'https://mcp.a.example', undefined],
  [{ ...BOTH, NO_PROXY: '*.a.example' }, 'https://a.example', undefined],
  [{ ...BOTH, NO_PROXY: '.a.example' }, 'https://nota.example', 'secure.proxy:3128'],
  [{ ...BOTH, NO_PROXY: 'a.example:8443' }, 'https://a.example:8443', undefined],
  [{ ...BOTH, NO_PROXY: 'a.example:8443' }, 'https://a.example', 'secure.proxy:3128'],
  [{ ...BOTH, NO_PROXY: 'a.example:443' }, 'https://a.example', undefined],
  [{ ...BOTH, NO_PROXY: '10.0.0.7' }, 'https://10.0.0.7', undefined],
  [{ ...BOTH, NO_PROXY: 'fd00::7' }, 'https://[fd00::7]', undefined],
  [{ ...BOTH, NO_PROXY: '[fd00::7]:8443' }, 'https://[fd00::7]:8443', undefined],
  [{ ...BOTH, NO_PROXY: '[fd00::7]:8443' }, 'https://[fd00::7]', 'secure.proxy:3128'],
])('%j leads %s to %s', (environment, url, proxy) => {
  expect(proxiesOf(environment)(new URL(url))?.host).toBe(proxy);
});
