export { checkRedis, connected, redisClient, type RedisAddress, type RedisClient } from './client.js';
export { announce, subscription, type Subscription } from './subscription.js';
