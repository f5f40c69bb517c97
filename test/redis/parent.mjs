// Starts a Redis and waits to be killed: `node parent.mjs DATA_FOLDER PATH`. Prints the URL and the process group.
import { execFileSync } from 'node:child_process';
import { createLogger } from '@mcp-gateway/common/logging';
import { startRedis } from '@mcp-gateway/local/redis';

const [dataDir, path] = process.argv.slice(2);
const { url } = await startRedis({ dataDir, path, log: createLogger('parent', 'silent') });
const children = execFileSync('ps', ['-eo', 'ppid=,pgid='], { encoding: 'utf8' }).trim().split('\n');
const group = children.map((line) => line.trim().split(/\s+/).map(Number)).find(([ppid]) => ppid === process.pid)?.[1];
console.log(JSON.stringify({ url, group }));
setInterval(() => {}, 1_000);
