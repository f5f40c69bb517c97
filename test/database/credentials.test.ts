import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { connectDatabase } from '@mcp-gateway/database';
import { afterTest } from '../support/clean-up.js';
import { connect, emptyDatabase } from '../support/postgres.js';
import { waitFor } from '../support/wait.js';

it('new connections take the user and the password that the URL has by then', async () => {
  const url = await emptyDatabase();
  const [one, two] = [`one_${randomUUID()}`, `two_${randomUUID()}`];
  const admin = connect(url);
  await admin.$executeRawUnsafe(`CREATE ROLE "${one}" LOGIN`);
  await admin.$executeRawUnsafe(`CREATE ROLE "${two}" LOGIN PASSWORD 'p@ss'`);
  const as = (credentials: string) => url.replace(/\/\/[^/]*@/, `//${credentials}@`);
  let now = as(one);
  const database = connectDatabase(() => now, { poolSize: 2 });
  afterTest(() => database.$disconnect());
  const who = async () => (await database.$queryRaw<{ who: string }[]>`SELECT current_user AS who`)[0]?.who;
  expect(await who()).toBe(one);
  now = as(`${two}:p%40ss`);
  expect(await who()).toBe(one); // the connection is kept
  await admin.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${one}`;
  await waitFor('the other user', async () => (await who().catch(() => '')) === two);
});
