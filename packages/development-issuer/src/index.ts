export { startDevelopmentIssuer, type DevelopmentIssuer } from './issuer.js';
export { USERS } from './users.js';
