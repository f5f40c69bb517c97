import { describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../../../test/settings.js';
import { workload } from '../../../test/supervisor.js';
import type { Workload } from '../../workload.js';
import { policyViolation } from './policy-violation.js';
import type { KubernetesSettings } from '../settings/settings.js';

const from = (secret: string) => ({ secretEnvironment: { TOKEN: { secret, key: 'k' } } });
const image = (imageName: string) => ({ imageName });
const IMAGES = { allowedImages: ['mcp-', 'team/'] };
const SECRETS = { allowedSecrets: ['mcp-'] };

describe('what the operator allows of', () => {
  it.each<[what: string, wanted: Partial<Workload>, settings: Partial<KubernetesSettings>, reason: string | null]>([
    ['any image, when no beginnings are named', image('other/echo'), {}, null],
    ['an image with one of the beginnings', image('team/echo'), IMAGES, null],
    ['an image that has one of them further on', image('other/mcp-echo'), IMAGES, 'ImageNotAllowed'],
    ['a Secret, when no beginnings are named', from('mcp-echo'), {}, 'SecretNotAllowed'],
    ['a Secret with one of the beginnings', from('mcp-echo'), SECRETS, null],
    ['a Secret that has one of them further on', from('not-mcp-echo'), SECRETS, 'SecretNotAllowed'],
    ['an identity that is not configured', { useWorkloadIdentity: true }, {}, 'WorkloadIdentityNotConfigured'],
    ['an identity that is', { useWorkloadIdentity: true }, { workloadIdentityServiceAccount: 'a' }, null],
  ])('%s', (_what, wanted, settings, reason) => {
    expect(policyViolation(workload('echo', wanted), { ...DEFAULTS, ...settings })?.reason ?? null).toBe(reason);
  });

  it.each<[wanted: Partial<Workload>, settings: Partial<KubernetesSettings>, message: string]>([
    [image('other'), IMAGES, 'The image other is not allowed here. Allowed are names that begin with "mcp-", "team/".'],
    [from('other'), SECRETS, 'TOKEN may not come from the Secret other. Allowed are names that begin with "mcp-".'],
    [
      from('other'),
      IMAGES,
      'TOKEN may not come from the Secret other. The operator has allowed none (ALLOWED_SECRETS).',
    ],
  ])('%j is said', (wanted, settings, message) => {
    const allImages = 'imageName' in wanted ? {} : { allowedImages: [] };
    expect(policyViolation(workload('echo', wanted), { ...DEFAULTS, ...settings, ...allImages })?.message).toBe(
      message,
    );
  });
});
