export { bounded } from './bounded.js';
export { checkRedis } from './check.js';
export { ready } from './ready.js';
export { subscription, type Subscription } from './subscription.js';
export { redisClient, type RedisClient } from './client.js';
