// Fails where what would be deployed, as main.snapshot.json has it, and what it speaks of have drifted apart: the storage that the app
// uses, the log lines and metrics that alerts and workbook wait for, the queries themselves, and what the runbook says of each alert.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultsOf } from './kusto.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = path.join(here, '..', 'src');
const read = (...parts) => readFile(path.join(here, ...parts), 'utf8');
const faults = [];

const resources = JSON.parse(await read('main.snapshot.json')).predictedResources;
const ofType = (type) => resources.filter((resource) => resource.type === type);
const lastOf = (name) => name.split('/').at(-1);

// What the app uses in storage.
const storage = 'Microsoft.Storage/storageAccounts';
const made = new Set(
  [`${storage}/blobServices/containers`, `${storage}/queueServices/queues`, `${storage}/tableServices/tables`]
    .flatMap(ofType)
    .map((resource) => lastOf(resource.name)),
);
const code = new Map();
for (const name of await readdir(sources, { recursive: true })) {
  if (name.endsWith('.cs') && !/(^|[\\/])(bin|obj)[\\/]/.test(name)) {
    // A sentence that goes over several lines of code is one.
    code.set(path.basename(name), (await readFile(path.join(sources, name), 'utf8')).replace(/"\s*\+ "/g, ''));
  }
}

const used = [...(code.get('StorageSetup.cs') ?? '').matchAll(/const string \w+ = "([^"]+)"/g)].map((match) => match[1]);
for (const name of used.filter((name) => name !== '-poison' && !made.has(name))) {
  faults.push(`storage.bicep: the app uses ${name}, and nothing makes it`);
}

// What is asked of the workspace.
const rules = ofType('Microsoft.Insights/scheduledQueryRules').map((rule) => ({
  name: rule.name,
  query: rule.properties.criteria.allOf[0].query,
  by: rule.properties.criteria.allOf[0].dimensions?.map((dimension) => dimension.name) ?? [],
}));
const panels = ofType('Microsoft.Insights/workbooks')
  .flatMap((workbook) => JSON.parse(workbook.properties.serializedData).items)
  .filter((item) => item.content.query)
  .map((item) => ({ name: item.content.title, query: item.content.query, by: [] }));
let waitedFor = 0;
for (const { name, query, by } of [...rules, ...panels]) {
  faults.push(...faultsOf(query, by).map((fault) => `${name}: ${fault}`));
  for (const [, phrase] of [...query.matchAll(/(?:contains|Name ==) "([^"]+)"/g)]) {
    waitedFor++;
    if (![...code.values()].some((text) => text.includes(phrase))) {
      faults.push(`${name}: waits for “${phrase}”, which the app never says`);
    }
  }
}

// The gateway and the time are read out of this line.
const expiry = 'A new {Gateway} access token lives until {ExpiresAt:u}.';
if (![...code.values()].some((text) => text.includes(expiry))) {
  faults.push(`token-expired: reads “${expiry}”, which the app never says`);
}

// What the runbook says of each alert, and nothing of others.
const prefix = 'baloan-';
const raised = new Set([...rules, ...ofType('Microsoft.Insights/metricAlerts')].map((rule) => rule.name.slice(prefix.length)));
const explained = new Set([...(await read('..', 'docs', 'runbook.md')).matchAll(/^## `([a-z-]+)`/gm)].map((match) => match[1]));
for (const name of [...raised].filter((name) => !explained.has(name))) {
  faults.push(`docs/runbook.md: nothing says what to do at the alert ${name}`);
}

for (const name of [...explained].filter((name) => !raised.has(name))) {
  faults.push(`docs/runbook.md: there is no alert ${name}`);
}

for (const fault of faults) {
  console.error(fault);
}

console.log(
  `${resources.length} resources, ${used.length} names in storage, ${rules.length} rules, ${panels.length} panels, ` +
    `${waitedFor} log lines and metrics, ${faults.length} faults`,
);
process.exitCode = faults.length === 0 && used.length > 0 && rules.length > 0 && panels.length > 0 && waitedFor > 0 ? 0 : 1;
