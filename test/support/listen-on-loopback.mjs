// `node --import` this file to restrict a server that listens on every interface to loopback.
import { Server } from 'node:net';

const { listen } = Server.prototype;
Server.prototype.listen = function onLoopback(...args) {
  const [first, second] = args;
  if (typeof first === 'object' && first?.port !== undefined) return listen.call(this, { ...first, host: '127.0.0.1' });
  if (typeof second === 'string' || Number.isNaN(Number(first))) return listen.apply(this, args);
  return listen.call(this, first, '127.0.0.1', ...args.slice(1));
};
