// Writes test/vectors.json: trees over frames and their proofs as OpenZeppelin's own JavaScript library makes them, for
// the tests here and for whoever builds the trees elsewhere. `--check` compares instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { StandardMerkleTree } from '@openzeppelin/merkle-tree';

const file = new URL('vectors.json', import.meta.url);
const trees = [1, 2, 3, 5, 8, 33].map((size) => {
  const rows = Array.from({ length: size }, (_, i) => {
    // Made-up digests that no two frames of any tree share.
    const digest = `0x${(BigInt(size) * 1000n + BigInt(i)).toString(16).padStart(64, 'a')}`;
    return { unit: Math.floor(i / 4), frame: i, digest };
  });
  const tree = StandardMerkleTree.of(
    rows.map((row) => [row.unit, row.frame, row.digest]),
    ['uint256', 'uint256', 'bytes32'],
  );
  return {
    root: tree.root,
    units: rows.map((row) => row.unit),
    frames: rows.map((row) => row.frame),
    digests: rows.map((row) => row.digest),
    leaves: rows.map((_, i) => tree.leafHash(tree.at(i))),
    proofs: rows.map((_, i) => tree.getProof(i)),
  };
});
const text = `${JSON.stringify({ trees }, null, 1)}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('contracts/test/vectors.json is not what test/vectors.mjs writes');
  process.exit(1);
}
