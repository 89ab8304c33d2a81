// Settles an invoice: credit, OTP, settlement, and asking until it has ended. Node 20 or later; no package.
// Run: node settle.mjs 0012345678 500000 TLC-1001 invoice.pdf
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';

const [customer, total, code, invoice] = process.argv.slice(2);
const api = process.env.BALOAN_API ?? 'http://localhost:7071/api';
const key = process.env.BALOAN_KEY ?? '';

async function call(method, path, body) {
  const headers = { 'x-functions-key': key, 'Accept-Language': 'fa' };
  if (typeof body === 'string') {
    headers['Content-Type'] = 'application/json'; // of a form, fetch writes it with its boundary
  }
  const response = await fetch(api + path, { method, headers, body, signal: AbortSignal.timeout(30_000) });
  const answer = await response.json();
  if (response.status >= 400) {
    console.error(`${answer.status} ${answer.code}: ${answer.detail}`);
    process.exit(1);
  }
  return [response.status, answer];
}

const [, credit] = await call('POST', '/merchant/credit-check', JSON.stringify({ national_identifier: customer }));
console.log(`credit ${credit.user_credit} Toman`);

await call('POST', '/merchant/otp', JSON.stringify({ national_identifier: customer }));
const input = createInterface({ input: process.stdin, output: process.stdout });
const otp = (await input.question('The OTP that the customer got: ')).trim();
input.close();

const form = new FormData();
form.set('national_identifier', customer);
form.set('otp', otp);
form.set('data', JSON.stringify({ code, bill: { total: Number(total) } }));
form.set('file', new Blob([await readFile(invoice)], { type: 'application/pdf' }), 'invoice.pdf');

let status;
let settlement;
for (let attempt = 1; ; attempt++) {
  try {
    [status, settlement] = await call('POST', '/merchant/settlements', form);
    break;
  } catch (broken) {
    // No answer: the same code again. Under one code money is moved once at the most.
    if (attempt === 3) {
      throw broken;
    }
    await wait(2000);
  }
}

while (status === 202) {
  await wait(2000);
  [status, settlement] = await call('GET', `/merchant/settlements/${encodeURIComponent(code)}`);
}

console.log(settlement.code, settlement.status);
if (settlement.status !== 'settled') {
  console.log(settlement.error?.message); // needs_review: nobody knows yet, so hand over nothing
  process.exit(1);
}
