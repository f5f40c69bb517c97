export { createEgress, type Egress, EGRESS_CONNECT_MS } from './egress.js';
export { proxiesOf, type ProxyChoice } from './proxies.js';
export { HANDSHAKE_ENDED, tlsFault } from './tls-fault.js';
