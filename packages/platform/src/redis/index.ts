export { checkRedis } from './check.js';
export { connected, redisClient, type RedisAddress, type RedisClient } from './client.js';
export { announce, subscription, type Subscription } from './subscription.js';
