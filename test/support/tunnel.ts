import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterTests } from './after-tests.js';

/**
 * Forwards bytes unchanged from an address of this machine, as a port-forward does; ends with the tests of the file.
 * @param target `host:port`
 * @returns the port
 */
export async function tunnel(address: string, target: string): Promise<number> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
    afterTests(() => near.destroy());
  }).listen(0, address);
  afterTests(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
