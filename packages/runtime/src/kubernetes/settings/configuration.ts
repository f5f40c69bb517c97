import { List } from '@mcp-gateway/platform/config';
import { AdapterSpec } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import { clusterAddress, clusterFields, Label } from './cluster-fields.js';
import { EgressRule } from './egress.js';
import { ClassName, NodeSelector, PodAnnotations, PodLabels, Tolerations } from './pod-settings.js';
import type { KubernetesSettings } from './settings.js';

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

function jsonOf<T extends z.ZodType>(schema: T, example: string) {
  return z.string().transform((text, context): z.output<T> => {
    const parsed = schema.safeParse(jsonIn(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue && issue.path.length > 0 ? `; at ${issue.path.join('.')}: ${issue.message}` : '';
    // A rule about the whole value has a message of its own.
    const message = issue?.code === 'custom' && !where ? issue.message : `must be JSON such as ${example}${where}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // a string, which no schema here accepts
  }
}

const DEFAULT_RESOURCES = { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } };
const STRINGS_EXAMPLE = '{"example.com/team":"a"}';
const EGRESS_EXAMPLE = '[{"to":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]}]';

/** Settings of a worker with RUNTIME=kubernetes. */
export const kubernetesFields = {
  ...clusterFields,
  KUBERNETES_QPS: wholeNumber(1, 1_000).default(50),
  IMAGE_REGISTRY: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._:/-]*[A-Za-z0-9]$/,
      'must be a registry with or without a path, such as registry.example.com/mcp',
    )
    .describe(
      'the registry, with or without a path, that image names are appended to, such as registry.example.com/mcp',
    ),
  ALLOWED_IMAGES: List,
  IMAGE_PULL_SECRETS: List,
  IMAGE_PULL_POLICY: z
    .enum(['IfNotPresent', 'Always', 'Never'], 'must be IfNotPresent, Always or Never')
    .default('IfNotPresent'),
  ALLOWED_SECRETS: List,
  WORKLOAD_IDENTITY_SERVICE_ACCOUNT: z.string().optional(),
  ADAPTER_RESOURCES: jsonOf(AdapterSpec.shape.resources, JSON.stringify(DEFAULT_RESOURCES)).default(DEFAULT_RESOURCES),
  ADAPTER_RUN_AS_USER: wholeNumber(1, 4_294_967_294).default(65_532),
  POD_IP: z.union([z.ipv4(), z.ipv6()], 'must be an IP address, such as status.podIP of the pod').optional(),
  ADAPTER_TMP_SIZE: z
    .string()
    .regex(/^[0-9]+(Ki|Mi|Gi)$/, 'must be a quantity such as 256Mi')
    .default('256Mi'),
  ADAPTER_DRAIN_SECONDS: wholeNumber(0, 600).default(10),
  ADAPTER_POD_LABELS: jsonOf(PodLabels, STRINGS_EXAMPLE).default({}),
  ADAPTER_POD_ANNOTATIONS: jsonOf(PodAnnotations, STRINGS_EXAMPLE).default({}),
  ADAPTER_NODE_SELECTOR: jsonOf(NodeSelector, '{"pool":"mcp"}').default({}),
  ADAPTER_TOLERATIONS: jsonOf(Tolerations, '[{"key":"mcp","operator":"Exists"}]').default([]),
  ADAPTER_PRIORITY_CLASS: ClassName.optional(),
  ADAPTER_RUNTIME_CLASS: ClassName.optional(),
  ADAPTER_CALLER_NAMESPACE: Label('the namespace of the data plane and the tool router').optional(),
  ADAPTER_EGRESS: jsonOf(z.array(EgressRule), EGRESS_EXAMPLE).optional(),
  AUTOSCALED_ADAPTERS: List,
};
const KubernetesConfig = z.object(kubernetesFields);

export function kubernetesSettings(config: z.infer<typeof KubernetesConfig>): KubernetesSettings {
  return {
    namespace: config.NAMESPACE,
    gateway: config.GATEWAY_NAME,
    ...clusterAddress(config),
    requestsPerSecond: config.KUBERNETES_QPS,
    imageRegistry: config.IMAGE_REGISTRY,
    allowedImages: config.ALLOWED_IMAGES,
    imagePullSecrets: config.IMAGE_PULL_SECRETS,
    imagePullPolicy: config.IMAGE_PULL_POLICY,
    allowedSecrets: config.ALLOWED_SECRETS,
    workloadIdentityServiceAccount: config.WORKLOAD_IDENTITY_SERVICE_ACCOUNT,
    resources: config.ADAPTER_RESOURCES,
    runAsUser: config.ADAPTER_RUN_AS_USER,
    // The gateway connects to the first address of a pod, which is of the same family as that of this pod. A node without IPv6 refuses `::`.
    replicaHost: config.POD_IP?.includes(':') ? '::' : '0.0.0.0',
    tmpSize: config.ADAPTER_TMP_SIZE,
    drainSeconds: config.ADAPTER_DRAIN_SECONDS,
    podLabels: config.ADAPTER_POD_LABELS,
    podAnnotations: config.ADAPTER_POD_ANNOTATIONS,
    nodeSelector: config.ADAPTER_NODE_SELECTOR,
    tolerations: config.ADAPTER_TOLERATIONS,
    priorityClassName: config.ADAPTER_PRIORITY_CLASS,
    runtimeClassName: config.ADAPTER_RUNTIME_CLASS,
    callerNamespace: config.ADAPTER_CALLER_NAMESPACE ?? config.NAMESPACE,
    egress: config.ADAPTER_EGRESS,
    autoscaled: config.AUTOSCALED_ADAPTERS,
  };
}
