export {
  callerFields,
  DatabaseUrl,
  isLoopback,
  LogLevel,
  Port,
  redisFields,
  RedisUrl,
  refuseExposedDevelopmentSignIn,
  serviceFields,
} from './fields.js';
export { ConfigError, readConfig } from './read.js';
