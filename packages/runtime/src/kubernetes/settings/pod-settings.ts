import { z } from 'zod';
import { labelsOf, OWN_PREFIX, WORKLOAD_IDENTITY } from '../ownership/labels.js';

/** The name of a label, an annotation or a taint: with or without a domain in front. */
const Key = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    'must be a name such as example.com/team',
  );
const LabelValue = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
    'must have at most 63 letters, digits, "-", "_" and ".", and begin and end with a letter or digit',
  );

/** Labels that identify pods. With another value, the gateway would not find a replica, or a network policy would admit it by mistake. */
const OWN_LABELS = [
  ...Object.keys(labelsOf('', { kind: 'adapter', name: '' })),
  WORKLOAD_IDENTITY,
  'apps.kubernetes.io/pod-index',
  'statefulset.kubernetes.io/pod-name',
  'controller-revision-hash',
];

const noneOf = (isOwn: (key: string) => boolean) => (values: Record<string, string>) =>
  !Object.keys(values).some(isOwn);
const isOwnAnnotation = (key: string) => key.startsWith(OWN_PREFIX);
const isOwnLabel = (key: string) => OWN_LABELS.includes(key) || isOwnAnnotation(key);

export const PodLabels = z
  .record(Key, LabelValue)
  .refine(noneOf(isOwnLabel), `must not have labels of the gateway's own: ${OWN_PREFIX}…, ${OWN_LABELS.join(', ')}`);
export const PodAnnotations = z
  .record(Key, z.string())
  .refine(noneOf(isOwnAnnotation), `must not have annotations of the gateway's own: ${OWN_PREFIX}…`);
export const NodeSelector = z.record(Key, LabelValue);

/** One of `spec.tolerations` of a pod. A toleration that the cluster rejects would stop every adapter. */
const Toleration = z
  .strictObject({
    key: Key.optional(),
    operator: z.enum(['Exists', 'Equal']).optional(),
    value: LabelValue.optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
    tolerationSeconds: z.int().optional(),
  })
  .refine(({ key, operator }) => key !== undefined || operator === 'Exists', 'must have a key, or the operator Exists')
  .refine(({ operator, value }) => operator !== 'Exists' || !value, 'must have no value with the operator Exists')
  .refine(
    ({ effect, tolerationSeconds }) => tolerationSeconds === undefined || effect === 'NoExecute',
    'must have the effect NoExecute with tolerationSeconds',
  );
export const Tolerations = z.array(Toleration);
export type Toleration = z.infer<typeof Toleration>;

/** The name of a PriorityClass or a RuntimeClass. */
export const ClassName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be the name of an object of the cluster, such as high');
