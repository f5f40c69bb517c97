import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { pidOf } from './daemon.mjs';

const READY_MS = 60_000;
const ANSWER_MS = 5_000;
const POLL_MS = 50;

/**
 * Waits until a part of a cluster answers 200.
 * @param {string} folder the cluster's
 * @param {string} name
 * @param {string} url
 * @param {Buffer} [ca] the authority that must have signed its certificate
 * @throws Error when it has ended, or does not answer 200 within a minute
 */
export async function daemonReady(folder, name, url, ca) {
  const deadline = Date.now() + READY_MS;
  while (!(await answersOk(url, ca))) {
    pidOf(folder, name);
    if (Date.now() > deadline) throw new Error(`${name} is not ready after a minute; see its log in ${folder}.`);
    await delay(POLL_MS);
  }
}

/**
 * @param {string} url
 * @param {Buffer} [ca]
 * @returns {Promise<boolean>}
 */
function answersOk(url, ca) {
  const client = url.startsWith('https:') ? https : http;
  return new Promise((resolve) => {
    const request = client.get(url, { ...(ca && { ca }), timeout: ANSWER_MS, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
  });
}
