export { startRedis, type Redis, type RedisOptions } from './start.js';
