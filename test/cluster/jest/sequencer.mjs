import { longFirst } from '../../support/long-first.mjs';

/** What takes minutes. The first of them also builds images that others need. */
export default longFirst([
  'chart/install.cluster',
  'kubernetes/faults.cluster',
  'kubernetes/outages.cluster',
  'kubernetes/runtime.cluster',
  'kubernetes/status.cluster',
]);
