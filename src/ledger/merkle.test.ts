import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompactTree, consistencyProof, HASH_BYTES, inclusionProof, leafHash, merkleRoot } from './merkle.ts';
import { verifyConsistency, verifyInclusion } from './merkle-verify.ts';

/** RFC 9162 as it is written, recursion and all: slow and plain. */
const sha = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const [zero, one] = [Buffer.from([0]), Buffer.from([1])];
type Data = readonly Uint8Array[];
function largestPowerBelow(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}
function mth(d: Data): Buffer {
  const [only] = d;
  if (only === undefined) return sha();
  if (d.length === 1) return sha(zero, only);
  const k = largestPowerBelow(d.length);
  return sha(one, mth(d.slice(0, k)), mth(d.slice(k)));
}
function path(m: number, d: Data): Buffer[] {
  if (d.length === 1) return [];
  const k = largestPowerBelow(d.length);
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproof(m: number, d: Data, b: boolean): Buffer[] {
  if (m === d.length) return b ? [] : [mth(d)];
  const k = largestPowerBelow(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), b), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

const packed = (d: Data) => Buffer.concat(d.map(leafHash));
/** No two alike: in a tree of equal leaves a proof for one place may rightly hold for another. */
const data = fc.uniqueArray(fc.uint8Array({ maxLength: 40 }), {
  minLength: 1,
  maxLength: 130,
  selector: (entry) => Buffer.from(entry).toString('hex'),
});
const numbered = (n: number): Data => Array.from({ length: n }, (_, i) => Buffer.from(String(i)));

describe('the tree', () => {
  it('has the roots of the published vectors of the Certificate Transparency project', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const roots = [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ];
    const tree = new CompactTree();
    expect(tree.root().toString('hex')).toBe(sha().toString('hex'));
    for (const [n, input] of inputs.entries()) {
      tree.add(leafHash(Buffer.from(input, 'hex')));
      expect(tree.root().toString('hex')).toBe(roots[n]);
    }
  });

  it('has the root the recursion of the RFC gives, at every size', () => {
    fc.assert(
      fc.property(data, (d) => {
        const tree = new CompactTree();
        for (const [n, entry] of d.entries()) {
          tree.add(leafHash(entry));
          expect(tree.root()).toEqual(mth(d.slice(0, n + 1)));
        }
        expect(merkleRoot(packed(d))).toEqual(mth(d));
      }),
      { numRuns: 40 },
    );
  });

  it('goes on from its bytes as if it had never stopped', () => {
    fc.assert(
      fc.property(data, data, (before, after) => {
        const tree = new CompactTree();
        for (const entry of before) tree.add(leafHash(entry));
        const kept = CompactTree.from(tree.size, tree.bytes());
        for (const entry of after) kept?.add(leafHash(entry));
        expect(kept?.root()).toEqual(mth([...before, ...after]));
        expect(kept?.size).toBe(before.length + after.length);
      }),
    );
    expect(CompactTree.from(5, new Uint8Array(3 * HASH_BYTES))).toBeNull();
    expect(CompactTree.from(-1, new Uint8Array(0))).toBeNull();
    expect(CompactTree.from(0, new Uint8Array(0))?.root()).toEqual(sha());
  });
});

describe('proofs', () => {
  it('are those of the RFC, and verify, for every leaf and every earlier size up to 40', () => {
    for (let n = 1; n <= 40; n++) {
      const d = numbered(n);
      const root = mth(d);
      for (let m = 0; m < n; m++) {
        const inclusion = inclusionProof(packed(d), m);
        expect(inclusion).toEqual(path(m, d));
        expect(verifyInclusion(leafHash(Buffer.from(String(m))), m, n, inclusion, root)).toBe(true);
        const consistency = consistencyProof(packed(d), m + 1);
        expect(consistency).toEqual(subproof(m + 1, d, true));
        expect(verifyConsistency(m + 1, n, mth(d.slice(0, m + 1)), root, consistency)).toBe(true);
      }
    }
  });

  it('of inclusion fail for another leaf, place, size, root or any changed, missing or added hash', () => {
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(), (d, pick, bit) => {
        const n = d.length;
        const m = pick % n;
        const proof = inclusionProof(packed(d), m);
        const leaf = leafHash(d[m] ?? new Uint8Array());
        const root = mth(d);
        const changed = (hash: Uint8Array) => Uint8Array.from(hash, (byte, at) => (at === bit % 32 ? byte ^ 1 : byte));
        expect(verifyInclusion(leaf, m, n, proof, root)).toBe(true);
        expect(verifyInclusion(changed(leaf), m, n, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, m, n, proof, changed(root))).toBe(false);
        expect(verifyInclusion(leaf, n, n, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, m, n, [...proof, leaf], root)).toBe(false);
        for (const at of proof.keys()) {
          expect(verifyInclusion(leaf, m, n, proof.toSpliced(at, 1), root)).toBe(false);
          expect(
            verifyInclusion(
              leaf,
              m,
              n,
              proof.map((hash, k) => (k === at ? changed(hash) : hash)),
              root,
            ),
          ).toBe(false);
        }
        for (let other = 0; other < n; other++) {
          if (other !== m) expect(verifyInclusion(leaf, other, n, proof, root)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of consistency fail when the beginning is another one', () => {
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(), (d, pick, which) => {
        const n = d.length;
        const m = (pick % n) + 1;
        const proof = consistencyProof(packed(d), m);
        const root = mth(d);
        const rewritten = d.slice(0, m).map((entry, at) => (at === which % m ? Buffer.concat([entry, one]) : entry));
        expect(verifyConsistency(m, n, mth(d.slice(0, m)), root, proof)).toBe(true);
        expect(verifyConsistency(m, n, mth(rewritten), root, proof)).toBe(false);
        expect(verifyConsistency(m, n, mth(d.slice(0, m)), sha(root), proof)).toBe(false);
        expect(verifyConsistency(m, n, mth(d.slice(0, m)), root, [...proof, root])).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(m, n, mth(d.slice(0, m)), root, proof.slice(1))).toBe(false);
        expect(verifyConsistency(n + 1, n, root, root, proof)).toBe(false);
        expect(verifyConsistency(0, n, sha(), root, [])).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
