// Reads Bicep files into syntax trees.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';

const here = path.dirname(fileURLToPath(import.meta.url));

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(path.join(here, 'node_modules', 'tree-sitter-bicep', 'tree-sitter-bicep.wasm')));

/** The Bicep files below this folder. */
export async function bicepFiles() {
  const names = await readdir(here, { recursive: true });
  return names
    .filter((name) => /\.bicep(param)?$/.test(name) && !name.split(path.sep).includes('node_modules'))
    .sort()
    .map((name) => path.join(here, name));
}

/** The root node of a file's syntax tree. */
export async function parse(file) {
  let source = await readFile(file, 'utf8');
  if (file.endsWith('.bicepparam')) {
    // There a parameter gets its value, as a variable does elsewhere; the grammar knows the latter alone. Columns stay.
    source = source.replace(/^param(?=\s+\w+\s*=)/gm, 'var  ');
  }

  return parser.parse(source).rootNode;
}

/** Every node below a node, itself included. */
export function* nodesOf(node) {
  yield node;
  for (const child of node.children) {
    yield* nodesOf(child);
  }
}

/** Where a node begins, as editors count. */
export function placeOf(file, node) {
  const { row, column } = node.startPosition;
  return `${path.relative(process.cwd(), file)}:${row + 1}:${column + 1}`;
}
