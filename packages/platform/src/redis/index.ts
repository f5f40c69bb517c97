export { checkRedis } from './check.js';
export { connected } from './connected.js';
export { subscription, type Subscription } from './subscription.js';
export { redisClient, type RedisClient } from './client.js';
