/**
 * Program: a bare HTTP server that reads a body as JSON and gives one of a certain size back: what a request costs before anything is done about it.
 */
import { createServer } from 'node:http';

const size = Number(process.argv[2] ?? 0);
const reply = JSON.stringify({ padding: 'x'.repeat(Math.max(0, size - 14)) });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(200, { 'content-type': 'application/json' }).end(reply);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`ready ${typeof address === 'object' && address ? address.port : 0}`);
});
