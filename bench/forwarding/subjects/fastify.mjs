// Fastify and @fastify/http-proxy as their documentation configures them.
import proxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const app = Fastify();
await app.register(proxy, { upstream: process.argv[2], undici: { connections: 1_000, pipelining: 1 } });
await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: app.server.address().port });
process.on('disconnect', () => process.exit());
