// The pass-through as one writes it on Node's own http: no framework, connections kept.
import http from 'node:http';

const [baloan, token] = process.argv.slice(2);
const target = new URL('api/v2/merchant/check-credit/', baloan);
const agent = new http.Agent({ keepAlive: true });

const server = http.createServer((request, response) => {
  if (request.method !== 'POST' || request.url !== '/api/merchant/credit-check') {
    response.writeHead(request.url === '/' ? 200 : 404).end('ok');
    return;
  }

  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'content-length': request.headers['content-length'] };
  const onward = http.request(target, { method: 'POST', agent, headers }, answer => {
    // With its length where it has one: a body in chunks ends with a packet of its own.
    const length = answer.headers['content-length'];
    response.writeHead(answer.statusCode, { 'content-type': 'application/json', ...(length && { 'content-length': length }) });
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  request.pipe(onward);
});

server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
