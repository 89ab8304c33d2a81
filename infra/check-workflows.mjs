// Fails where a Logic Apps workflow does not fit the schema of workflow definitions, speaks of what is not there, shows a secret in
// its run history, or gets other parameters from its Bicep file than it has.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import Ajv from 'ajv';

const compiled = process.argv[2];
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'logic-apps');
const read = async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8'));
const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json')).sort();
const fits = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(await read('workflow.schema.json'));
const faults = [];

/** Every set of actions that run side by side or one after the other, the outermost first. */
function* scopesIn(actions) {
  yield actions;
  for (const action of Object.values(actions)) {
    const cases = Object.values(action.cases ?? {});
    for (const inner of [action, action.else, action.default, ...cases].filter((scope) => scope?.actions)) {
      yield* scopesIn(inner.actions);
    }
  }
}

/** The text of an operation without the operations within it. */
const ownText = ({ actions, else: otherwise, cases, default: fallback, ...own }) => JSON.stringify(own);

const mentions = (text, functions) => [...text.matchAll(new RegExp(`\\b(?:${functions})\\('([^']+)'\\)`, 'g'))].map((match) => match[1]);

/** The parameters that the Bicep file of a workflow gives it; nothing where it does not deploy that workflow. */
async function givenParameters(name, workflow) {
  const template = JSON.parse(await readFile(path.join(compiled, name), 'utf8'));
  const [deployed] = template.resources.filter((resource) => resource.type === 'Microsoft.Logic/workflows');
  const [, variable] = /^\[variables\('(.*)'\)\]$/.exec(deployed?.properties.definition ?? '') ?? [];
  return variable && isDeepStrictEqual(template.variables[variable], workflow) ? Object.keys(deployed.properties.parameters) : undefined;
}

for (const name of names) {
  const fault = (text) => faults.push(`logic-apps/${name}: ${text}`);
  const workflow = await read(name);
  if (!fits(workflow)) {
    for (const error of fits.errors) {
      fault(`${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
    }

    continue;
  }

  const parameters = workflow.parameters ?? {};
  const scopes = [...scopesIn(workflow.actions)];
  const operations = [...Object.entries(workflow.triggers), ...scopes.flatMap((scope) => Object.entries(scope))];
  const actionNames = scopes.flatMap((scope) => Object.keys(scope));
  for (const [index, action] of actionNames.entries()) {
    if (actionNames.indexOf(action) !== index) {
      fault(`two actions are called ${action}`);
    }
  }

  for (const scope of scopes) {
    for (const [action, { runAfter }] of Object.entries(scope)) {
      for (const before of Object.keys(runAfter).filter((before) => !(before in scope) || before === action)) {
        fault(`${action} runs after ${before}, which is not beside it`);
      }
    }
  }

  for (const [operation, definition] of operations) {
    const text = ownText(definition);
    for (const missing of mentions(text, 'parameters').filter((parameter) => !(parameter in parameters))) {
      fault(`${operation} uses the parameter ${missing}, which is not declared`);
    }

    for (const missing of mentions(text, 'body|outputs|actions').filter((action) => !actionNames.includes(action))) {
      fault(`${operation} uses the result of ${missing}, which is no action`);
    }

    const secret = mentions(text, 'parameters').find((parameter) => parameters[parameter]?.type.startsWith('Secure'));
    if (secret && !definition.runtimeConfiguration?.secureData?.properties.includes('inputs')) {
      fault(`${operation} shows the secret ${secret} in the run history: its inputs have to be secure`);
    }
  }

  for (const [trigger, { type, runtimeConfiguration }] of Object.entries(workflow.triggers)) {
    if (type === 'Request' && !runtimeConfiguration?.secureData?.properties.includes('outputs')) {
      fault(`${trigger} shows what it takes in the run history: its outputs have to be secure`);
    }
  }

  const responses = operations.filter(([, { type }]) => type === 'Response').map(([, { operationOptions }]) => operationOptions);
  if (new Set(responses).size > 1) {
    fault('some responses are asynchronous and others are not');
  }

  for (const parameter of Object.keys(parameters)) {
    if (!operations.some(([, definition]) => mentions(ownText(definition), 'parameters').includes(parameter))) {
      fault(`nothing uses the parameter ${parameter}`);
    }
  }

  const given = await givenParameters(name, workflow);
  if (!given) {
    fault('its Bicep file does not deploy it');
  } else if (given.toSorted().join() !== Object.keys(parameters).toSorted().join()) {
    fault(`it has the parameters ${Object.keys(parameters)}, and its Bicep file gives ${given}`);
  }
}

for (const fault of faults) {
  console.error(fault);
}

console.log(`${names.length} workflows, ${faults.length} faults`);
process.exitCode = faults.length === 0 && names.length > 0 ? 0 : 1;
