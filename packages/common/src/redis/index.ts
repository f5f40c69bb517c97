export { bounded } from './bounded.js';
export { redisClient, type RedisClient } from './client.js';
