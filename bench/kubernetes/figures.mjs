import { kubectl } from '../../test/cluster/control-plane/kubectl.mjs';

/** Nobody but a worker applies, and nobody but a worker deletes or reads these. */
const OURS = /^(statefulsets|services|networkpolicies|poddisruptionbudgets)$/;
const VERBS = /^(APPLY|PATCH|GET|POST|PUT|DELETE)$/;

/**
 * Requests about the objects of adapters that the API server has answered, watches and lists left out.
 * @param {number} [since] what this was before
 */
export async function apiRequests(cluster, since = 0) {
  const text = await kubectl(cluster, ['get', '--raw', '/metrics']);
  let sum = 0;
  for (const [, labels, value] of text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const { verb, resource, subresource } = Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, said]) => [label, said]),
    );
    if (OURS.test(resource) && VERBS.test(verb) && subresource === '') sum += Number(value);
  }
  return sum - since;
}
