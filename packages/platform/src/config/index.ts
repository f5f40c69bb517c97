export { proxyFields, remoteFields, sessionFields, trafficFields } from './data-plane.js';
export {
  auditFields,
  callerFields,
  drainFields,
  internalFields,
  isLoopback,
  List,
  LogLevel,
  metricsFields,
  Port,
  redisFields,
  refuseExposedDevelopmentSignIn,
  RuntimeName,
  serviceFields,
} from './fields.js';
export { followedSecret, type FollowOptions, followSecret } from './follow-files.js';
export { networkVariables, proxyVariables, trustVariables } from './inherited-variables.js';
export { ConfigError, readConfig, unknownVariables } from './read.js';
export { fileVariable, readSecretFile, variablesOf } from './secrets.js';
export { DatabaseUrl, HttpUrl, parseDatabaseUrl, PublicUrl, RedisUrl } from './urls.js';
