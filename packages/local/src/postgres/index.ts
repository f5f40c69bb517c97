export { startPostgres, type Postgres, type PostgresOptions } from './start.js';
