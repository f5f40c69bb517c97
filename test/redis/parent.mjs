// Starts a Redis, prints its URL and waits to be killed: `node parent.mjs DATA_FOLDER PATH`.
import { createLogger } from '@mcp-gateway/platform/logging';
import { startRedis } from '@mcp-gateway/local/redis';

const [dataDir = '', path = ''] = process.argv.slice(2);
const { url } = await startRedis({ dataDir, path, log: createLogger('parent', 'silent') });
console.log(url);
setInterval(() => {}, 1_000);
