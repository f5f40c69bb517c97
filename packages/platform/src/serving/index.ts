export { browserAccess, checkBrowserAccess, type BrowserAccess } from './browser-access.js';
export { byName } from './by-name.js';
export { freePort } from './free-port.js';
export { runMain, shutdownOn } from './lifecycle.js';
export { closeServer, listen } from './listen.js';
