export { browserAccess, checkBrowserAccess, type BrowserAccess } from './browser-access.js';
export { freePort, localhostOrigin } from './loopback.js';
export { runMain, shutdownOn } from './lifecycle.js';
export { htmlPage } from './html-page.js';
export { closeServer, listen } from './listen.js';
export { requestIdOf } from './request-id.js';
export { HookedResponse, hookedPrototype } from './hooked-response.js';
