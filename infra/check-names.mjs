// Fails where the Bicep files and what they speak of have drifted apart: names that nothing declares or nothing uses, parameters and
// outputs of modules, the storage that the app uses, the log lines that alerts wait for, and what is said of each alert.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bicepFiles, nodesOf, parse, placeOf } from './parsing.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = path.join(here, '..', 'src');
const builtIn = new Set(['any', 'az', 'sys']);
const faults = [];

const unquoted = (node) => node.text.replace(/^'|'$/g, '');
const childrenOf = (node, type) => node.children.filter((child) => child.type === type);
const propertiesOf = (object) =>
  new Map(childrenOf(object, 'object_property').map((property) => [unquoted(property.namedChildren[0]), property.namedChildren.at(-1)]));

/** What a file declares: each name with its kind, its node, and for a parameter whether a value has to be given. */
function declarationsIn(root) {
  const declared = new Map();
  for (const node of root.children) {
    const kind = /^(parameter|variable|resource|module|output|user_defined_function|type)_declaration$/.exec(node.type)?.[1];
    if (kind) {
      const required = kind === 'parameter' && !node.children.some((child) => child.type === '=');
      declared.set(`${kind === 'output' ? 'output ' : ''}${node.namedChildren[0].text}`, { kind, node, required });
    }
  }

  return declared;
}

/** The identifiers that a file uses as values, without those that a lambda or a loop brings along. */
function* usesIn(node, locals) {
  const inner = new Set(locals);
  const skip = new Set();
  if (/^(parameter|variable|resource|module|output|metadata)_declaration$/.test(node.type)) {
    skip.add(node.namedChildren[0].id);
  } else if (node.type === 'object_property') {
    skip.add(node.namedChildren[0].type === 'identifier' ? node.namedChildren[0].id : -1);
  } else if (node.type === 'call_expression') {
    skip.add(node.childForFieldName('function').id);
  } else if (node.type === 'lambda_expression') {
    inner.add(node.namedChildren[0].text);
    skip.add(node.namedChildren[0].id);
  } else if (node.type === 'for_statement') {
    const initializer = node.childForFieldName('initializer');
    for (const part of nodesOf(initializer)) {
      if (part.type === 'identifier') {
        inner.add(part.text);
        skip.add(part.id);
      }
    }
  }

  for (const child of node.namedChildren) {
    if (skip.has(child.id)) {
      continue;
    }

    if (child.type === 'identifier' && !inner.has(child.text) && child.text !== 'existing') {
      yield child;
    }

    yield* usesIn(child, inner);
  }
}

const files = new Map();
for (const file of await bicepFiles()) {
  const root = await parse(file);
  files.set(file, { root, declared: declarationsIn(root) });
}

for (const [file, { root, declared }] of files) {
  if (file.endsWith('.bicepparam')) {
    const template = files.get(path.join(here, 'main.bicep')).declared;
    for (const [name, { node }] of declared) {
      if (template.get(name)?.kind !== 'parameter') {
        faults.push(`${placeOf(file, node)}: main.bicep has no parameter ${name}`);
      }
    }

    for (const [name, { required }] of template) {
      if (required && !declared.has(name)) {
        faults.push(`${placeOf(file, root)}: main.bicep needs a value for ${name}`);
      }
    }

    continue;
  }

  const used = new Set();
  for (const use of usesIn(root, [])) {
    used.add(use.text);
    if (!declared.has(use.text) && !builtIn.has(use.text)) {
      faults.push(`${placeOf(file, use)}: nothing declares ${use.text}`);
    }
  }

  for (const [name, { kind, node }] of declared) {
    if ((kind === 'parameter' || kind === 'variable') && !used.has(name)) {
      faults.push(`${placeOf(file, node)}: nothing uses ${name}`);
    }
  }

  const modules = new Map();
  for (const [name, { kind, node }] of declared) {
    if (kind !== 'module') {
      continue;
    }

    const target = files.get(path.join(path.dirname(file), unquoted(node.namedChildren[1])))?.declared;
    if (!target) {
      faults.push(`${placeOf(file, node)}: there is no file ${node.namedChildren[1].text}`);
      continue;
    }

    modules.set(name, target);
    const given = propertiesOf(propertiesOf(childrenOf(node, 'object')[0]).get('params'));
    for (const parameter of given.keys()) {
      if (target.get(parameter)?.kind !== 'parameter') {
        faults.push(`${placeOf(file, node)}: module ${name} has no parameter ${parameter}`);
      }
    }

    for (const [parameter, { required }] of target) {
      if (required && !given.has(parameter)) {
        faults.push(`${placeOf(file, node)}: module ${name} needs a value for ${parameter}`);
      }
    }
  }

  for (const node of nodesOf(root)) {
    const [, name, output] = node.type === 'member_expression' ? (/^(\w+)\.outputs\.(\w+)$/.exec(node.text) ?? []) : [];
    if (name && modules.has(name) && !modules.get(name).has(`output ${output}`)) {
      faults.push(`${placeOf(file, node)}: module ${name} has no output ${output}`);
    }
  }
}

// What the app uses in storage.
const storage = path.join(here, 'storage.bicep');
const made = new Set();
for (const node of nodesOf(files.get(storage).root)) {
  if (node.type === 'string') {
    made.add(unquoted(node));
  }
}

const setup = await readFile(path.join(sources, 'Baloan.Functions', 'Storage', 'StorageSetup.cs'), 'utf8');
const names = [...setup.matchAll(/const string \w+ = "([^"]+)"/g)].map((match) => match[1]);
for (const name of names) {
  if (!made.has(name.replace(/-poison$/, ''))) {
    faults.push(`storage.bicep: the app uses ${name}, and nothing makes it`);
  }
}

// What alerts wait for.
const code = [];
for (const name of await readdir(sources, { recursive: true })) {
  if (name.endsWith('.cs') && !/(^|[\\/])(bin|obj)[\\/]/.test(name)) {
    code.push(await readFile(path.join(sources, name), 'utf8'));
  }
}

const alerts = JSON.parse(await readFile(path.join(here, 'alerts.json'), 'utf8'));
const phrases = alerts.flatMap((alert) => alert.phrases.map((phrase) => ({ alert: alert.name, phrase })));
// The expiry of a token is read out of this line by alerts.bicep.
phrases.push({ alert: 'token-expired', phrase: 'A new {Gateway} access token lives until {ExpiresAt:u}.' });
for (const { alert, phrase } of phrases) {
  if (!code.some((text) => text.includes(phrase))) {
    faults.push(`alerts.json: ${alert} waits for “${phrase}”, which the app never says`);
  }
}

// What docs/deploying.md says of each alert, and nothing of others.
const rules = await readFile(path.join(here, 'alerts.bicep'), 'utf8');
const raised = new Set([
  ...alerts.map((alert) => alert.name),
  ...[...(/^var queryAlerts = \[(.*?)^\]/ms.exec(rules)?.[1] ?? '').matchAll(/^    name: '([a-z-]+)'/gm)].map((match) => match[1]),
  ...[...rules.matchAll(/^  name: '\$\{environmentName\}-([a-z-]+)'/gm)].map((match) => match[1]),
]);
const deploying = await readFile(path.join(here, '..', 'docs', 'deploying.md'), 'utf8');
const section = /^## Alerts$(.*?)^##+ /ms.exec(deploying)?.[1] ?? '';
const explained = new Set([...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]));
for (const name of raised) {
  if (!explained.has(name)) {
    faults.push(`docs/deploying.md: nothing says what the alert ${name} means`);
  }
}

for (const name of explained) {
  if (!raised.has(name)) {
    faults.push(`docs/deploying.md: there is no alert ${name}`);
  }
}

for (const fault of faults) {
  console.error(fault);
}

console.log(`${files.size} Bicep files, ${names.length} names in storage, ${phrases.length} log lines, ${raised.size} alerts, ${faults.length} faults`);
process.exitCode = faults.length === 0 && names.length > 0 && phrases.length > 1 ? 0 : 1;
