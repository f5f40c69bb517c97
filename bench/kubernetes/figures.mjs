import { kubectl } from '../../test/cluster/control-plane/kubectl.mjs';

/** Only a worker uses the verb apply; only a worker deletes or reads these objects. */
const OURS = /^(statefulsets|services|networkpolicies|poddisruptionbudgets)$/;
const VERBS = /^(APPLY|PATCH|GET|POST|PUT|DELETE)$/;

/**
 * Requests about the objects of adapters that the API server has answered, without watches and lists.
 * @param {number} [since] an earlier result, which is subtracted
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
