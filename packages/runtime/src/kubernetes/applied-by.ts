import type { KubeObject } from './api/objects.js';
import { fieldManagerOf } from './labels.js';

/**
 * Whether this gateway made it, as the API server has noted. Labels do not tell: whoever overwrites them takes the object out of
 * our watch. The store keeps no such notes, so the object has to be read.
 */
export const isAppliedBy = (gateway: string, { metadata }: KubeObject): boolean =>
  metadata.managedFields?.some(
    ({ manager, operation }) => manager === fieldManagerOf(gateway) && operation === 'Apply',
  ) ?? false;
