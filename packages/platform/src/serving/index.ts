export { browserAccess, checkBrowserAccess, isOpenToPages, CONTAINED, type BrowserAccess } from './browser-access.js';
export { HookedResponse, hookedPrototype, INTERNAL_SECRET_HEADER, requestIdOf } from './exchange.js';
export { htmlPage } from './html-page.js';
export { runMain, shutdownOn } from './lifecycle.js';
export { closeServer, listen } from './listen.js';
export { freePort, holdPort, localhostOrigin } from './loopback.js';
export { followTlsFiles, LISTENER_TLS, readTlsFiles, type TlsFiles, type TlsVariables } from './tls-files.js';
