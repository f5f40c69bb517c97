import { describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../../../test/settings.js';
import { workload } from '../../../test/supervisor.js';
import type { Workload } from '../../workload.js';
import { policyViolation } from './admission.js';
import type { KubernetesSettings } from '../settings/settings.js';

const from = (secret: string) => ({ secretEnvironment: { TOKEN: { secret, key: 'k' } } });
const image = (imageName: string) => ({ imageName });
const IMAGES = { allowedImages: ['mcp-', 'team/'] };
const SECRETS = { allowedSecrets: ['mcp-'] };

describe('the policy of the operator on', () => {
  it.each<[what: string, wanted: Partial<Workload>, settings: Partial<KubernetesSettings>, reason: string | null]>([
    ['any image, without prefixes', image('other/echo'), {}, null],
    ['an image with an allowed prefix', image('team/echo'), IMAGES, null],
    ['an image that contains a prefix further on', image('other/mcp-echo'), IMAGES, 'ImageNotAllowed'],
    ['a Secret, without prefixes', from('mcp-echo'), {}, 'SecretNotAllowed'],
    ['a Secret with an allowed prefix', from('mcp-echo'), SECRETS, null],
    ['a Secret that contains a prefix further on', from('not-mcp-echo'), SECRETS, 'SecretNotAllowed'],
    ['a workload identity that is not configured', { useWorkloadIdentity: true }, {}, 'WorkloadIdentityNotConfigured'],
    [
      'a workload identity that is configured',
      { useWorkloadIdentity: true },
      { workloadIdentityServiceAccount: 'a' },
      null,
    ],
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
  ])('%j is reported', (wanted, settings, message) => {
    const allImages = 'imageName' in wanted ? {} : { allowedImages: [] };
    expect(policyViolation(workload('echo', wanted), { ...DEFAULTS, ...settings, ...allImages })?.message).toBe(
      message,
    );
  });
});
