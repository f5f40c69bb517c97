export { sessionFields, trafficFields } from './data-plane.js';
export {
  callerFields,
  drainFields,
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
export { PublicUrl } from './public-url.js';
export { ConfigError, readConfig } from './read.js';
export { DatabaseUrl, HttpUrl, parseDatabaseUrl, RedisUrl } from './urls.js';
export { networkVariables, trustVariables } from './inherited-variables.js';
export { unknownVariables } from './unknown-variables.js';
