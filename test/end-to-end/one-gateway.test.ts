import { beforeAll } from '@jest/globals';
import { start } from './one-gateway/gateway.js';
/* oxlint-disable import/no-unassigned-import -- each registers its tests */
import './one-gateway/metrics.js'; // counts the adapters, so it runs before the others register theirs
import './one-gateway/affinity.js';
import './one-gateway/everything.js';
import './one-gateway/tools.js';

beforeAll(start, 60_000);
