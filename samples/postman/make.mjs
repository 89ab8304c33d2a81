// Makes the Postman collection from the API's description. Run: node make.mjs openapi.json baloan-functions.postman_collection.json
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import converter from 'openapi-to-postmanv2';

const [description, target] = process.argv.slice(2);
const options = { folderStrategy: 'Tags', requestParametersResolution: 'Example', exampleParametersResolution: 'Example', includeAuthInfoInExample: false };
const { result, reason, output } = await promisify(converter.convert)({ type: 'string', data: await readFile(description, 'utf8') }, options);
if (!result) {
  throw new Error(reason);
}

const collection = output[0].data;

// What is in the bodies and paths of the description by example is a variable here, to be set once.
const variables = {
  baseUrl: 'http://localhost:7071/api', functionKey: '', adminKey: '', customer: '0012345678', otp: '11111', total: '500000',
  code: 'PM-1001', loan: 'd4c22af9-3676-4c6e-ab72-2a7b5b22afc5',
};
const inBodies = { national_identifier: '{{customer}}', otp: '{{otp}}' };
const inPaths = { settlementCode: '{{code}}', uuid: '{{loan}}' };

function tidy(item) {
  delete item.id; // made up anew each time
  delete item.event;
  for (const inner of item.item ?? []) {
    tidy(inner);
  }
  const { request } = item;
  if (!request) {
    return;
  }
  item.response = [];
  request.auth = request.auth?.type === 'noauth' ? request.auth : undefined;
  if (['tokens/refresh', 'customers/erasures'].includes(request.url.path.join('/'))) {
    request.auth = keyed('{{adminKey}}');
  }
  for (const variable of request.url.variable ?? []) {
    variable.value = inPaths[variable.key] ?? variable.value;
  }
  for (const parameter of request.url.query ?? []) {
    parameter.disabled = true;
    parameter.value = '';
  }
  const isForm = request.body?.mode === 'formdata';
  request.header = (request.header ?? []).filter((header) => !(isForm && header.key === 'Content-Type')); // Postman writes it, with the boundary
  for (const header of request.header) {
    if (header.key === 'Idempotency-Key') {
      header.value = '{{$guid}}';
    }
  }
  if (isForm) {
    for (const field of request.body.formdata) {
      field.value = inBodies[field.key] ?? field.value;
      field.disabled = field.key !== 'otp' && !field.description.startsWith('(Required)');
      if (field.disabled) {
        field.value = ''; // made up anew each time
      }
      if (field.key === 'data') {
        field.value = '{"code":"{{code}}","bill":{"total":{{total}}}}';
      }
      if (field.type === 'file') {
        field.src = 'invoice.pdf';
      }
    }
  } else if (request.body?.raw) {
    request.body.raw = request.body.raw.replace(/"(national_identifier|otp)": "[^"]*"/g, (_, name) => `"${name}": "${inBodies[name]}"`);
  }
}

function keyed(value) {
  return { type: 'apikey', apikey: [{ key: 'key', value: 'x-functions-key' }, { key: 'value', value }, { key: 'in', value: 'header' }] };
}

function script(listen, lines) {
  return { listen, script: { type: 'text/javascript', exec: lines } };
}

function request(name, method, path, body, ...events) {
  return {
    name,
    event: events,
    request: {
      method,
      header: body && typeof body === 'string' ? [{ key: 'Content-Type', value: 'application/json' }] : [],
      url: { host: ['{{baseUrl}}'], path: path.split('/') },
      body: !body ? undefined : typeof body === 'string' ? { mode: 'raw', raw: body } : { mode: 'formdata', formdata: body },
    },
    response: [],
  };
}

// OTP, settlement, and asking until it has ended, which has to be as it is said.
function settling(prefix, total, status, knownBy) {
  const customer = '{"national_identifier": "{{customer}}"}';
  const poll = `${prefix}: ask until it has ended`;
  return [
    request(`${prefix}: send the OTP`, 'POST', 'merchant/otp', customer, script('test', ["pm.test('the OTP was sent', () => pm.response.to.have.status(200));"])),
    request(`${prefix}: settle`, 'POST', 'merchant/settlements', [
      { key: 'national_identifier', value: '{{customer}}', type: 'text' },
      { key: 'otp', value: '{{otp}}', type: 'text' },
      { key: 'data', value: `{"code":"{{code}}","bill":{"total":${total}}}`, type: 'text' },
      { key: 'file', type: 'file', src: 'invoice.pdf' },
    ], script('prerequest', ["pm.collectionVariables.set('code', `PM-${Date.now()}`);"]),
    script('test', ["pm.test('it was accepted', () => pm.response.to.have.status(202));"])),
    request(poll, 'GET', 'merchant/settlements/{{code}}', null, script('test', [
      'if (pm.response.code === 202) {',
      `  setTimeout(() => pm.execution.setNextRequest(${JSON.stringify(poll)}), 1000);`,
      '} else {',
      `  pm.test('it is ${status}', () => pm.expect(pm.response.json().status).to.equal('${status}'));`,
      ...knownBy ? [`  pm.test('known by ${knownBy}', () => pm.expect(pm.response.json().known_by).to.equal('${knownBy}'));`] : [],
      '}',
    ])),
  ];
}

tidy(collection);
delete collection.info._postman_id;
collection.auth = keyed('{{functionKey}}');
collection.variable = Object.entries(variables).map(([key, value]) => ({ key, value, type: 'string' }));
collection.event = [script('test', ["pm.test('no fault of the app', () => pm.expect(pm.response.code).to.not.equal(500));"])];
collection.item.unshift(
  {
    name: 'A settlement from end to end',
    item: [
      request('Credit check', 'POST', 'merchant/credit-check', '{"national_identifier": "{{customer}}"}', script('test', [
        "pm.test('the credit is told', () => pm.expect(pm.response.json().user_credit).to.be.a('number'));",
      ])),
      ...settling('A purchase', '{{total}}', 'settled', 'baloan'),
    ],
  },
  {
    name: "Magic values of the sandbox",
    item: [
      ...settling('2004021, credit too low', 2004021, 'rejected'),
      ...settling('2004022, wrong OTP', 2004022, 'rejected'),
      ...settling('2009002, moved but not answered', 2009002, 'settled', 'credit'),
    ],
  },
);
await writeFile(target, `${JSON.stringify(collection, null, 2)}\n`);
