import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openStore, type Store } from './store.js';

let folder: string;
let faults: unknown[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'issuer-'));
  faults = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openStore(folder, (error) => faults.push(error));
const model = (store: Store, name: string) => new store.adapter(name);

it('keeps clients, grants and refresh tokens, readable by their owner only, and nothing else', async () => {
  const store = await open();
  for (const name of ['Client', 'Grant', 'RefreshToken', 'Session', 'AccessToken']) {
    await model(store, name).upsert('id', { uid: name }, 60);
  }
  await model(store, 'Client').upsert('expired', {}, -1);
  await store.flush();
  const again = await open();
  const found = async (name: string, id = 'id') => (await model(again, name).find(id))?.uid;
  expect(await Promise.all(['Client', 'Grant', 'RefreshToken'].map((name) => found(name)))).toEqual([
    'Client',
    'Grant',
    'RefreshToken',
  ]);
  expect(await Promise.all(['Session', 'AccessToken'].map((name) => found(name)))).toEqual([undefined, undefined]);
  expect(await found('Client', 'expired')).toBeUndefined();
  expect((await stat(join(folder, 'clients.json'))).mode & 0o077).toBe(0);
});

it('forgets what was destroyed or revoked, and remembers what was consumed', async () => {
  const store = await open();
  const tokens = model(store, 'RefreshToken');
  await tokens.upsert('a', { grantId: 'one' }, 60);
  await tokens.upsert('b', { grantId: 'two' }, 60);
  await tokens.upsert('c', { grantId: 'three' }, 60);
  await tokens.revokeByGrantId('one');
  await tokens.destroy('b');
  await tokens.consume('c');
  expect(await Promise.all(['a', 'b', 'c'].map((id) => tokens.find(id)))).toEqual([
    undefined,
    undefined,
    { grantId: 'three', consumed: expect.any(Number) },
  ]);
});

it('finds by user code and by uid', async () => {
  const codes = model(await open(), 'DeviceCode');
  await codes.upsert('id', { userCode: 'ABCD', uid: 'u' }, 60);
  expect(await codes.findByUserCode('ABCD')).toMatchObject({ uid: 'u' });
  expect(await codes.findByUid('u')).toMatchObject({ userCode: 'ABCD' });
  expect(await codes.findByUid('v')).toBeUndefined();
});

it('remembers a bounded number; the oldest leave first', async () => {
  const clients = model(await open(), 'Client');
  for (let id = 0; id <= 5_000; id += 1) await clients.upsert(String(id), {}, 60);
  expect([await clients.find('0'), await clients.find('1')]).toEqual([undefined, {}]);
});

it('starts anew from a damaged file, and goes on when it cannot write', async () => {
  await writeFile(join(folder, 'clients.json'), '[["Client:');
  const store = await open();
  await rm(folder, { recursive: true });
  await writeFile(folder, 'a file where the folder was');
  await model(store, 'Client').upsert('id', {}, 60);
  await store.flush();
  expect(faults).toHaveLength(1);
  expect(await model(store, 'Client').find('id')).toEqual({});
});
