// Takes the events of Baloan.Functions that are signed with our secret. Run: WEBHOOK_SECRET=whsec_... PORT=8080 node receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64');
const tolerance = 5 * 60; // seconds: what is older was sent by somebody who has recorded it
const longest = 64 * 1024;
const seen = new Set(); // in a database, where the ids outlive the process

function isSigned(headers, body) {
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (!/^[0-9]+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > tolerance) {
    return false;
  }
  const hmac = createHmac('sha256', key).update(`${headers['webhook-id']}.${timestamp}.`).update(body);
  const expected = Buffer.from(`v1,${hmac.digest('base64')}`);
  // Several signatures, with a space between, while a secret is being changed.
  return (headers['webhook-signature'] ?? '').split(' ').some((text) => {
    const given = Buffer.from(text);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

createServer(async (request, response) => {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > longest) {
      return response.writeHead(413, { connection: 'close' }).end();
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!isSigned(request.headers, body)) {
    return response.writeHead(401).end();
  }
  const event = JSON.parse(body);
  if (!seen.has(event.id)) { // an event may come twice, under the same id
    seen.add(event.id);
    console.log(event.type, event.data);
  }
  response.writeHead(204).end();
}).listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
