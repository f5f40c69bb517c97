export { browserAccess, checkBrowserAccess, type BrowserAccess } from './browser-access.js';
export { localhostOrigin } from './localhost-origin.js';
export { freePort } from './free-port.js';
export { runMain, shutdownOn } from './lifecycle.js';
export { closeServer, listen } from './listen.js';
export { requestIdOf } from './request-id.js';
