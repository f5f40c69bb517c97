// Only the base of the data plane: node:http and undici's dispatch. It forwards everything and checks nothing.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(process.argv[2], { connections: 1_000, pipelining: 1 });
const ENDING = new Set(['connection', 'keep-alive', 'transfer-encoding']);
const passedOn = (raw) =>
  raw.filter((_, index) => !ENDING.has(raw[index - (index % 2)].toString('latin1').toLowerCase()));

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  pool.dispatch(
    { method: req.method, path: req.url, headers: passedOn(req.rawHeaders), body: req },
    {
      onRequestStart() {},
      onResponseStart: (controller, status) =>
        void res.writeHead(status, passedOn(controller.rawHeaders.map((part) => part.toString('latin1')))),
      onResponseData: (_controller, chunk) => void res.write(chunk),
      onResponseEnd: () => void res.end(),
      onResponseError: () => void res.destroy(),
    },
  );
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
