export { checkRedis, connected, redisClient, type RedisAddress, type RedisClient } from './client.js';
export { publishMessage, subscription, type Subscription } from './subscription.js';
