import { describe, expect, it } from '@jest/globals';
import { notReady, podOf } from '../../../test/pods.js';
import type { Pod } from '../api/types.js';
import { isNodeLost } from './replica-of.js';

const because = (type: string, reason: string): Pod['status'] => ({ conditions: [{ type, status: 'True', reason }] });

describe('the node of a pod', () => {
  it.each<[what: string, status: Pod['status'], lost: boolean]>([
    ['is lost when the pod is not ready because of the node', because('Ready', 'NodeNotReady'), true],
    [
      'is lost when the pod is deleted because of the node',
      because('DisruptionTarget', 'DeletionByTaintManager'),
      true,
    ],
    ['is lost when the pod says so', { reason: 'NodeLost' }, true],
    [
      'is not lost when the pod is evicted for another reason',
      because('DisruptionTarget', 'EvictionByEvictionAPI'),
      false,
    ],
    ['is not lost when the pod is not ready', notReady, false],
    ['is not lost without conditions', {}, false],
  ])('%s', (_what, status, lost) => {
    expect(isNodeLost(podOf({}, status))).toBe(lost);
  });
});
