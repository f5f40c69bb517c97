import { CHART, helm } from './helm.js';

/** The values that the chart does not default, or cannot generate without the cluster. */
export const ENOUGH = [
  '--set=image.registry=a.example/b',
  '--set=signIn.development=allow-from-network',
  '--set=sessionKeys.existingSecret=keys',
  '--set=credentials.internal.existingSecret=internal',
];
/** Trial databases, with the passwords that the chart generates when there is a cluster. */
export const TRIAL_PASSWORDS = [
  '--set=trial.postgresql.enabled=true,trial.postgresql.password=ofthefirst',
  '--set=trial.redis.enabled=true,trial.redis.password=ofthesecond',
];
export const DATABASES = ['--set=database.existingSecret=db', '--set=redis.existingSecret=redis'];
export const ISSUER = '--set=auth.oidc.issuers[0].issuer=https://a.example,auth.oidc.issuers[0].audiences={x}';

/** Renders the chart without the cluster. */
export const template = (...args: string[]) => helm('template', 'gw', CHART, '--namespace=gateway', ...args);
