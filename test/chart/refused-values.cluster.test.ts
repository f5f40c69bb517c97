import { describe, expect, it } from '@jest/globals';
import { DATABASES, ENOUGH, ISSUER, template, TRIAL_PASSWORDS } from './support/template.js';

const ROUTE = ['--set=httpRoute.enabled=true,httpRoute.parentRefs[0].name=public'];

describe('the chart refuses', () => {
  it.each([
    ['no registry', [], 'image.registry is needed'],
    [
      'a missing choice of sign-in',
      [...ENOUGH, ...DATABASES, '--set=signIn.development='],
      'signIn.development=allow-from-network',
    ],
    [
      'OpenID Connect without an issuer',
      [...ENOUGH, ...DATABASES, '--set=auth.mode=oidc'],
      'auth.mode=oidc needs auth.oidc.issuers',
    ],
    [
      'issuers that have no effect',
      [...ENOUGH, ...DATABASES, ISSUER],
      'auth.mode is development, so the gateway would',
    ],
    [
      'introspection without its secret',
      [...ENOUGH, ...DATABASES, ISSUER, '--set=auth.mode=oidc,auth.oidc.issuers[0].introspection.clientId=gateway'],
      'introspection of an issuer and auth.oidc.introspectionSecret.existingSecret need each other',
    ],
    [
      'Entra ID without an app registration',
      [...ENOUGH, ...DATABASES, '--set=auth.mode=entra'],
      'auth.mode=entra needs auth.entra.tenantIds and auth.entra.clientId',
    ],
    [
      'a tenant that has no effect',
      [...ENOUGH, ...DATABASES, '--set=auth.entra.tenantIds={11111111-aaaa-4bbb-8ccc-222222222222}'],
      'auth.mode is development, so the gateway would check no tokens of Entra ID',
    ],
    ['no database', [...ENOUGH, '--set=redis.existingSecret=redis'], 'exactly one database is needed'],
    [
      'two databases',
      [...ENOUGH, ...DATABASES, '--set=database.url=postgresql://db/x'],
      'exactly one database is needed',
    ],
    ['no Redis', [...ENOUGH, '--set=database.existingSecret=db'], 'exactly one Redis is needed'],
    [
      'the namespace of its own Secrets for adapters',
      [...ENOUGH, ...DATABASES, '--set=adapters.namespace=gateway'],
      'adapters.namespace must not be gateway',
    ],
    [
      'a minimum of pods above the maximum',
      [...ENOUGH, ...DATABASES, '--set=dataPlane.autoscaling.enabled=true,dataPlane.autoscaling.minReplicas=11'],
      'dataPlane.autoscaling.minReplicas is 11, which is more than maxReplicas, 10',
    ],
    [
      'a grace period that ends before the preStop delay',
      [...ENOUGH, ...DATABASES, '--set=controlPlane.preStopSeconds=30'],
      'preStopSeconds of the control-plane must be less than its terminationGracePeriodSeconds',
    ],
    [
      'a ServiceMonitor without metrics',
      [...ENOUGH, ...DATABASES, '--set=metrics.enabled=false,metrics.serviceMonitor.enabled=true'],
      'metrics.serviceMonitor.enabled needs metrics.enabled',
    ],
    [
      'a request above the limit',
      [...ENOUGH, ...DATABASES, '--set=adapters.resources.requests.memory=1Gi'],
      'adapters.resources.requests.memory is 1Gi, which is more than limits.memory, 512Mi',
    ],
    [
      'a range of ports that ends before it begins',
      [...ENOUGH, ...DATABASES, '--set=adapters.egress[0].ports[0].port=90,adapters.egress[0].ports[0].endPort=80'],
      'adapters.egress has a range of ports from 90 to 80',
    ],
    ...['loadBalancerClass=a', 'loadBalancerSourceRanges={10.0.0.0/8}'].map((value): [string, string[], string] => [
      `${value} without a load balancer`,
      [...ENOUGH, ...DATABASES, `--set=dataPlane.service.${value}`],
      'need the type LoadBalancer; it is ClusterIP',
    ]),
    [
      "an extra volume with the name of the certificate's volume",
      [...ENOUGH, ...DATABASES, '--set=dataPlane.tls.existingSecret=a,dataPlane.extraVolumes[0].name=tls'],
      'dataPlane.extraVolumes must not contain a volume with the name tls',
    ],
    ...[
      'trial.postgresql.password',
      'trial.redis.password',
      'sessionKeys.existingSecret',
      'credentials.internal.existingSecret',
    ].map((value): [string, string[], string] => [
      `a missing ${value} without the cluster, where each render would generate a new one`,
      [...ENOUGH, ...TRIAL_PASSWORDS, `--set=${value}=`],
      `${value} is needed when Helm renders without the cluster`,
    ]),
    [
      'an Ingress and an HTTPRoute with different paths',
      [...ENOUGH, ...DATABASES, '--set=ingress.enabled=true,ingress.path=/a', ...ROUTE],
      'ingress.path is /a and httpRoute.path is /',
    ],
    [
      'an HTTPRoute without a parent Gateway',
      [...ENOUGH, ...DATABASES, '--set=httpRoute.enabled=true'],
      'httpRoute.parentRefs is needed',
    ],
  ])('%s', async (_, args, message) => {
    await expect(template(...args)).rejects.toThrow(message);
  });

  it.each([
    ['dataPlane.replica=3', "at '/dataPlane': additional properties 'replica' not allowed"],
    ['postgresql.enabled=true', "at '': additional properties 'postgresql' not allowed"],
    ['signIn.development=true', "at '/signIn/development'"],
    ['auth.mode=saml', "at '/auth/mode'"],
    ['auth.oidc.issuers[0].issuer=https://a.example', "at '/auth/oidc/issuers/0': missing property 'audiences'"],
    ['auth.oidc.issuers[0].issuer=http://a.example', "at '/auth/oidc/issuers/0/issuer'"],
    ['auth.oidc.issuers[0].audience=x', "at '/auth/oidc/issuers/0': additional properties 'audience' not allowed"],
    [
      'auth.oidc.issuers[0].claims.role=x',
      "at '/auth/oidc/issuers/0/claims': additional properties 'role' not allowed",
    ],
    ['database.url=mysql://db', "at '/database/url'"],
    ['redis.url=localhost:6379', "at '/redis/url'"],
    ['dataPlane.replicas=many', "at '/dataPlane/replicas'"],
    ['image.pullPolicy=always', "at '/image/pullPolicy'"],
    ['adapters.namespace=Adapters', "at '/adapters/namespace'"],
    ['adapters.resources.limits.memory=lots', "at '/adapters/resources/limits/memory'"],
    ['logLevel=loud', "at '/logLevel'"],
    ['allowedHosts={mcp.example.com:443}', "at '/allowedHosts/0'"],
    ['dataPlane.sessions.idleSeconds=59', "at '/dataPlane/sessions/idleSeconds'"],
    ['metrics.serviceMonitor.interval=soon', "at '/metrics/serviceMonitor/interval'"],
    ['fullnameOverride=my.gateway', "at '/fullnameOverride'"],
    ['ingress.host=https://mcp.example.com', "at '/ingress/host'"],
    [
      'networkPolicy.gatewayFrom[0].foo=1',
      "at '/networkPolicy/gatewayFrom/0': additional properties 'foo' not allowed",
    ],
    [
      'adapters.podLabels.app\\.kubernetes\\.io/component=data-plane',
      "invalid propertyName 'app.kubernetes.io/component'",
    ],
    ['adapters.podLabels.mcp-gateway\\.io/name=x', "invalid propertyName 'mcp-gateway.io/name'"],
    ['adapters.podAnnotations.mcp-gateway\\.io/revision=x', "invalid propertyName 'mcp-gateway.io/revision'"],
    ['adapters.tolerations[0].effect=NoSchedule', "at '/adapters/tolerations/0'"],
    ['trial.postgresql.password=with-a-hyphen', "at '/trial/postgresql/password'"],
    ['adapters.egress[0].nonsense=1', "at '/adapters/egress/0': additional properties 'nonsense' not allowed"],
    [
      'adapters.resources.limits.ephemeral-storage=1Gi',
      "at '/adapters/resources/limits': additional properties 'ephemeral-storage' not allowed",
    ],
    ['adapters.egress[0].ports[0].port=70000', "at '/adapters/egress/0/ports/0/port': maximum: got 70,000"],
    ['adapters.egress[0].ports[0].endPort=80', "at '/adapters/egress/0/ports/0': missing property 'port'"],
    ['adapters.egress[0].to[0].ipBlock.cidr=10.0.0.1', "at '/adapters/egress/0/to/0/ipBlock/cidr'"],
    ['adapters.egress[0].to[0].ipBlock.cidr=fe80::1::/64', "at '/adapters/egress/0/to/0/ipBlock/cidr'"],
    [
      'networkPolicy.gatewayFrom[0].ipBlock.cidr=10.0.0.0/8,networkPolicy.gatewayFrom[0].podSelector.matchLabels.a=b',
      "at '/networkPolicy/gatewayFrom/0': maxProperties: got 2, want 1",
    ],
    ['networkPolicy.gatewayFrom[0].ipBlock.cidr=10.0.0.0/33', "at '/networkPolicy/gatewayFrom/0/ipBlock/cidr'"],
    [
      'dataPlane.service.type=LoadBalancer,dataPlane.service.loadBalancerSourceRanges={10.0.0.0}',
      "at '/dataPlane/service",
    ],
    ['ingress.path=/a//b', "at '/ingress/path'"],
    ['worker.extraEnv[0].name=A,worker.extraEnv[0].value=1', "at '/worker/extraEnv/0/value': got number, want string"],
    ['runAsUser=0', "at '/runAsUser'"],
    ['worker.resources.limit.memory=1Gi', "at '/worker/resources': additional properties 'limit' not allowed"],
  ])('the value %s', async (value, message) => {
    await expect(template(...ENOUGH, ...DATABASES, `--set=${value}`)).rejects.toThrow(message);
  });
});
