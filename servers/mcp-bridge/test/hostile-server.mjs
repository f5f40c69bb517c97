// A stdio server that misbehaves in the ways that its arguments name. Its tool is the method of a request: `echo` answers with the
// params, the others as below.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const ways = new Set(process.argv.slice(2));
const write = (text) => process.stdout.write(text);
const say = (message) => write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

if (ways.has('dies-at-start')) {
  console.error('API_KEY is missing');
  process.exit(3);
}
if (ways.has('garbage')) write('Starting up…\n{"not": "a message"}\n\n{ broken\n\ufeff');
if (ways.has('bad-utf8')) write(Buffer.from([0xff, 0xfe, 0x0a]));
if (ways.has('stubborn')) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1_000);
}
if (ways.has('stray')) {
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref();
}
if (ways.has('helper')) spawn('sleep', ['1000'], { stdio: 'inherit' });
if (ways.has('floods-stderr')) process.stderr.write('x'.repeat(200).concat('\n').repeat(20_000));
const lines = createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) answer(id, method, params ?? {});
  else if (method === 'notifications/cancelled') say({ method: 'test/cancelled', params });
});

function answer(id, method, params) {
  switch (method) {
    case 'initialize': {
      if (ways.has('mute')) return;
      if (ways.has('refuses')) return say({ id, error: { code: -32000, message: 'not today' } });
      const { protocolVersion } = params;
      return say({
        id,
        result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'hostile', version: '1' } },
      });
    }
    case 'echo':
      return say({ id, result: params });
    case 'raw': // the result as it is
      return write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${params.text}}\r\n`);
    case 'pid':
      return say({ id, result: { pid: process.pid, env: process.env } });
    case 'big':
      return say({ id, result: { text: 'é'.repeat(params.bytes / 2) } });
    case 'deafen':
      say({ id, result: {} });
      lines.pause();
      return void setInterval(() => {}, 1_000);
    case 'late':
      return void setTimeout(() => say({ id, result: params }), params.ms);
    case 'never':
      return undefined;
    case 'die':
      return process.exit(7);
    case 'close-output':
      return process.stdout.end();
    case 'log':
      for (const text of params.texts) say({ method: 'notifications/message', params: { level: 'info', data: text } });
      return say({ id, result: {} });
    case 'progress':
      say({ method: 'notifications/progress', params: { progressToken: params._meta.progressToken, progress: 1 } });
      return void setTimeout(() => say({ id, result: params }), 100);
    case 'ask':
      say({ id: 'question', method: 'sampling/createMessage', params: {} });
      return say({ id, result: {} });
    case 'change':
      say({ method: 'notifications/tools/list_changed' });
      return say({ id, result: {} });
    case 'slow-bytes': {
      const bytes = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, result: { text: 'a€😀b' } })}\n`);
      let at = 0;
      const timer = setInterval(() => {
        process.stdout.write(bytes.subarray(at, at + 1));
        if ((at += 1) === bytes.length) clearInterval(timer);
      }, 1);
      return undefined;
    }
    default:
      return say({ id, error: { code: -32601, message: `no method ${method}` } });
  }
}
