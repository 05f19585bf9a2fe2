// Compiles src/ with solc-js into artifacts/<Name>.json: ABI and bytecode as Rust's alloy reads them.
//
//   node build.mjs           writes the artifacts
//   node build.mjs --check   compares them with the sources; exit code 1 if any differs, is missing or is one too many
//
// The same sources give the same bytes everywhere: the compiler is one WebAssembly file of a pinned version, sources are
// named by their path inside contracts/, and no metadata hash is appended to the bytecode.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

const root = dirname(fileURLToPath(import.meta.url));
const contracts = ['Neurotoken', 'OrderBook', 'RenderEscrow', 'WorkerRegistry'];
// foundry.toml says the same, so that forge tests this very bytecode (test/Artifacts.t.sol compares).
const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: 'cancun',
  metadata: { bytecodeHash: 'none', appendCBOR: false },
};

function compile() {
  const sources = Object.fromEntries(
    contracts.map((name) => [`src/${name}.sol`, { content: readFileSync(join(root, 'src', `${name}.sol`), 'utf8') }]),
  );
  const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object'] } };
  const input = { language: 'Solidity', sources, settings: { ...settings, outputSelection } };
  const read = (path) => {
    const file = path.startsWith('@') ? join(root, 'node_modules', path) : join(root, path);
    try {
      return { contents: readFileSync(file, 'utf8') };
    } catch (error) {
      return { error: error.message };
    }
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
  // Warnings about our own files are errors; those about OpenZeppelin's are theirs.
  const problems = (output.errors ?? []).filter(
    (problem) => problem.severity === 'error' || problem.sourceLocation?.file.startsWith('src/'),
  );
  if (problems.length > 0) {
    for (const problem of problems) console.error(problem.formattedMessage);
    process.exit(1);
  }
  return output.contracts;
}

/** One line per entry of the ABI, so that a change shows as the lines it changes. */
function artifact(name, compiled) {
  const abi = compiled.abi.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  const compiler = JSON.stringify({ version: solc.version(), settings });
  const bytecode = `0x${compiled.evm.bytecode.object}`;
  return `{
  "contractName": "${name}",
  "compiler": ${compiler},
  "abi": [
${abi}
  ],
  "bytecode": "${bytecode}"
}
`;
}

const check = process.argv.includes('--check');
const compiled = compile();
const folder = join(root, 'artifacts');
let stale = 0;
for (const name of contracts) {
  const file = join(folder, `${name}.json`);
  const text = artifact(name, compiled[`src/${name}.sol`][name]);
  if (!check) {
    writeFileSync(file, text);
    continue;
  }
  let committed = null;
  try {
    committed = readFileSync(file, 'utf8');
  } catch {}
  if (committed !== text) {
    console.error(`contracts/artifacts/${name}.json ${committed === null ? 'is missing' : 'is not what src/ compiles to'}`);
    stale += 1;
  }
}
for (const file of readdirSync(folder)) {
  if (check && !contracts.includes(file.replace(/\.json$/, ''))) {
    console.error(`contracts/artifacts/${file} belongs to no contract`);
    stale += 1;
  }
}
if (stale > 0) {
  console.error('run: node contracts/build.mjs');
  process.exit(1);
}
console.log(check ? `${contracts.length} artifacts are what the sources compile to` : `${contracts.length} artifacts written`);
