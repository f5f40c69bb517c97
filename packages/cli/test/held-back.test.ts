import { expect, it } from '@jest/globals';
import { startChangingServer, startLocked, toolNamed } from '../../../test/tool-router/support/locked.js';
import { alice, headersOf } from '../../../test/tool-router/support/router.js';
import { waitFor } from '../../../test/support/wait.js';
import { callerOf } from './support/run.js';

it('definitions that wait for approval are seen, explained and approved', async () => {
  const gateway = await startLocked();
  const [router = ''] = gateway.urls;
  await gateway.register('search', await startChangingServer('modern', [toolNamed('echo')]));
  const { changes } = await gateway.reported('search', 'new tool echo');
  /** As a gateway with both behind one URL. */
  const fetch = (input: unknown) => {
    const request = (input as Request).clone();
    if (new URL(request.url).pathname !== '/mcp') return globalThis.fetch(request);
    for (const [name, value] of Object.entries(headersOf(alice))) request.headers.set(name, value);
    return globalThis.fetch(new Request(router, request));
  };
  const run = callerOf(gateway.plane.url, 'alice', 'team');
  const line = (text: string) => run(text, { fetch });

  expect(await line('call /mcp')).toMatchObject({
    exit: 0,
    out: '',
    err: expect.stringContaining('Definitions of tool/search wait for approval and are not listed; `mcp-gateway'),
  });
  expect(await line('call /mcp search_echo city=x')).toMatchObject({
    exit: 1,
    err: expect.stringMatching(
      /Unknown tool: search_echo; .*waits for approval.*`mcp-gateway definitions list search`/,
    ),
  });
  const status = await waitFor('the status', async () => {
    const { out } = await line('status --no-headers');
    if (!out.includes('waits for approval')) throw new Error(out);
    return out;
  });
  expect(status).toMatch(/^tool\/search +\w+ +- +1 definition waits.*`mcp-gateway definitions list search`/);
  const hash = String(changes[0]?.hash);
  expect(await line(`definitions approve search tool/ecko=${hash}`)).toMatchObject({
    exit: 4,
    err: expect.stringContaining('no definition tool/ecko that waits for approval; did you mean tool/echo?'),
  });
  expect(await line(`definitions approve search tool/echo=${hash}`)).toMatchObject({ exit: 0 });
});
