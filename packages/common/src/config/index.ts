export { sessionFields, trafficFields } from './data-plane.js';
export {
  callerFields,
  DatabaseUrl,
  drainFields,
  isLoopback,
  List,
  LogLevel,
  metricsFields,
  Port,
  redisFields,
  RedisUrl,
  refuseExposedDevelopmentSignIn,
  RuntimeName,
  serviceFields,
} from './fields.js';
export { ConfigError, readConfig } from './read.js';
export { unknownVariables } from './unknown-variables.js';
