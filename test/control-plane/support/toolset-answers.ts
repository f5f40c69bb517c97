import type { Answer, Caller } from './callers.js';

/** Calls the API of toolsets for each of its documented answers. */
export async function giveToolsetAnswers(
  given: (operation: string, ...those: Answer[]) => Promise<void>,
  { alice, reader, outage }: Record<'alice' | 'reader' | 'outage', Caller>,
) {
  const toolset = (name = 'support') => ({ name, tools: [{ name: '*' }], requiredRoles: ['staff'] });
  const post = (body: unknown, who = alice, headers = {}) => who.call('POST', '/toolsets', body, headers);
  const put = (body: unknown, who = alice, headers = {}) => who.call('PUT', '/toolsets/support', body, headers);
  const remove = (who = alice, headers = {}) => who.call('DELETE', '/toolsets/support', undefined, headers);
  const large = { ...toolset(), description: 'x'.repeat(1024 * 1024) };
  const hidden = { ...toolset('hidden'), requiredRoles: [] };
  const text = { 'content-type': 'text/plain' };
  const stale = { 'if-match': '"stale"' };

  await given('PUT /toolsets/{name}', await put(toolset()), await put(toolset()), await put({}), await put(large));
  await given('PUT /toolsets/{name}', await put(toolset(), alice, text), await put(toolset(), reader));
  await given('PUT /toolsets/{name}', await put(toolset(), alice, stale), await put(toolset(), outage));
  await given('POST /toolsets', await post(hidden), await post(hidden), await post({}), await post(large));
  await given('POST /toolsets', await post(hidden, alice, text), await post(hidden, outage));
  await given('PUT /toolsets/{name}', await reader.call('PUT', '/toolsets/hidden', hidden));
  await given('GET /toolsets', await alice.get('/toolsets?limit=1'), await alice.get('/toolsets?limit=0'));
  await given('GET /toolsets', await outage.get('/toolsets'));
  for (const path of ['', '/status']) {
    await given(
      `GET /toolsets/{name}${path}`,
      await alice.get(`/toolsets/support${path}`),
      await alice.get(`/toolsets/unknown${path}`),
      await outage.get(`/toolsets/support${path}`),
    );
  }
  await given('DELETE /toolsets/{name}', await remove(reader), await remove(alice, stale), await remove());
  await given('DELETE /toolsets/{name}', await remove(), await remove(outage));
  let last = await post(toolset('many'));
  for (let index = 0; last.status === 201; index += 1) last = await post(toolset(`many-${index}`));
  await given('POST /toolsets', last);
  await given('PUT /toolsets/{name}', await put(toolset()));
}
