// Fails on every syntax error in the Bicep files: the ones named, or all below this folder.
import { bicepFiles, nodesOf, parse, placeOf } from './parsing.mjs';

const named = process.argv.slice(2);
const files = named.length > 0 ? named : await bicepFiles();
let faults = 0;

for (const file of files) {
  for (const node of nodesOf(await parse(file))) {
    if (node.isMissing) {
      faults++;
      console.error(`${placeOf(file, node)}: missing ${node.type}`);
    } else if (node.isError) {
      faults++;
      console.error(`${placeOf(file, node)}: not understood: ${node.text.split('\n', 1)[0].slice(0, 80)}`);
    }
  }
}

console.log(`${files.length} Bicep files, ${faults} syntax errors`);
process.exitCode = faults === 0 && files.length > 0 ? 0 : 1;
