import { eventStream } from '../../support/events.js';
import { caller, type Answer, type Caller } from './callers.js';

type Give = (operation: string, ...those: Answer[]) => Promise<void>;

/** Calls GET /events for each of its documented answers. */
export async function giveEventAnswers(
  given: Give,
  { alice, outage, url }: { alice: Caller; outage: Caller; url: string },
) {
  await given('GET /events', await beginOf(url), await alice.get('/events?since=x'), await outage.get('/events'));
  const streams = Array.from({ length: 20 }, () => eventStream(`${url}/events`, { 'x-dev-userid': 'busy' }));
  const busy = await Promise.all(streams);
  await given('GET /events', await caller(url, 'busy').get('/events'));
  for (const { close } of busy) close();
}

/** The stream itself does not end. */
async function beginOf(url: string): Promise<Answer> {
  const { answer, next, close } = await eventStream(`${url}/events`, { 'x-dev-userid': 'alice' });
  const text = JSON.stringify(await next());
  close();
  return { status: answer.status, headers: answer.headers, text, json: undefined };
}

/** Calls the registry for each of its documented answers. The adapter `echo` exists. */
export async function giveRegistryAnswers(given: Give, { alice, outage }: Record<'alice' | 'outage', Caller>) {
  const all = '/registry/v0.1/servers';
  await given('GET /registry', await alice.get('/registry'));
  await given(`GET ${all}`, await alice.get(all), await alice.get(`${all}?limit=0`), await outage.get(all));
  for (const [path, pattern] of [
    ['versions', 'versions'],
    ['versions/latest', 'versions/{version}'],
  ]) {
    const of = (name: string) => `${all}/local.mcp-gateway%2F${name}/${path}`;
    await given(
      `GET ${all}/{server}/${pattern}`,
      await alice.get(of('echo')),
      await alice.get(of('unknown')),
      await outage.get(of('echo')),
    );
  }
}
