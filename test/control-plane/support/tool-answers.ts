import type { Answer, Caller } from './callers.js';
import { weatherTool } from './control-plane.js';

/** Calls the API of tools for each of its documented answers. The tenant has no limits in the end. */
export async function giveToolAnswers(
  given: (operation: string, ...those: Answer[]) => Promise<void>,
  { alice, reader, outage, root }: Record<'alice' | 'reader' | 'outage' | 'root', Caller>,
) {
  const post = (body: unknown, who = alice, headers = {}) => who.call('POST', '/tools', body, headers);
  const put = (body: unknown, who = alice, headers = {}) => who.call('PUT', '/tools/weather', body, headers);
  const remove = (who = alice, headers = {}) => who.call('DELETE', '/tools/weather', undefined, headers);
  const shared = weatherTool({ requiredRoles: ['staff'] });
  const large = weatherTool({ description: 'x'.repeat(1024 * 1024) });
  const second = weatherTool({ name: 'second' }, { name: 'second' });
  const text = { 'content-type': 'text/plain' };
  const stale = { 'if-match': '"stale"' };

  await root.call('PUT', '/tenants/default/quota', {});
  await given('POST /tools', await post(shared), await post(shared), await post({}), await post(large));
  await given('POST /tools', await post(shared, alice, text), await post(shared, outage));
  await post(second);
  await given('GET /tools', await alice.get('/tools?limit=1'), await alice.get('/tools?limit=0'));
  await given('GET /tools', await outage.get('/tools'));
  for (const path of ['', '/status', '/logs']) {
    await given(
      `GET /tools/{name}${path}`,
      await alice.get(`/tools/weather${path}`),
      await alice.get(`/tools/unknown${path}`),
      await outage.get(`/tools/weather${path}`),
    );
  }
  await given('GET /tools/{name}/logs', await alice.get('/tools/weather/logs?tail=x'));
  await giveDefinitionAnswers(given, { alice, reader, outage });
  await root.call('PUT', '/tenants/default/quota', { adapters: 0, replicas: 0 });
  await given('POST /tools', await post(weatherTool({ name: 'third' }, { name: 'third' })));
  await given('PUT /tools/{name}', await put({ ...shared, replicaCount: 9 }));
  await root.call('PUT', '/tenants/default/quota', {});
  await given(
    'PUT /tools/{name}',
    await put(shared),
    await put({}),
    await put(large),
    await put(shared, alice, text),
    await put(shared, reader),
    await alice.call('PUT', '/tools/unknown', weatherTool({ name: 'unknown' }, { name: 'unknown' })),
    await put(shared, alice, stale),
    await put(shared, outage),
  );
  await given('DELETE /tools/{name}', await remove(reader), await remove(alice, stale), await remove());
  await given('DELETE /tools/{name}', await remove(), await remove(outage));
}

/** The answers of the definition lock, of a tool that needs approval. */
async function giveDefinitionAnswers(
  given: Parameters<typeof giveToolAnswers>[0],
  { alice, reader, outage }: Record<'alice' | 'reader' | 'outage', Caller>,
) {
  const path = '/tools/{name}/definition-changes';
  const source = { type: 'mcp', approval: 'required' };
  const spec = { name: 'locked', imageName: 'search', imageVersion: '1.0.0', source, requiredRoles: ['staff'] };
  await alice.call('POST', '/tools', spec);
  const [changes, of] = ['/tools/locked/definition-changes', '/tools/unknown/definition-changes'];
  await given(`GET ${path}`, await alice.get(changes), await alice.get(of), await outage.get(changes));
  const body = (hash: string | null) => ({ definitions: [{ name: 'find', hash }] });
  const post = (who: Caller, sent: unknown, at = changes, headers = {}) =>
    who.call('POST', `${at}/approve`, sent, headers);
  await given(
    `POST ${path}/approve`,
    await post(alice, body(null)),
    await post(alice, {}),
    await post(reader, body(null)),
    await post(alice, body(null), of),
    await post(alice, body('a'.repeat(64))),
    await post(alice, { definitions: ['x'.repeat(1024 * 1024)] }),
    await post(alice, body(null), changes, { 'content-type': 'text/plain' }),
    await post(outage, body(null)),
  );
}
