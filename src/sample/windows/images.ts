import { createHash } from 'node:crypto';
import { build, installed, microsoft, originals, own, windows } from './programs.ts';

/** One executable as its version resource describes it. */
export interface Image {
  readonly path: string;
  readonly description: string;
  readonly product: string;
  readonly company: string;
  readonly original: string;
  readonly version: string;
  /** As Sysmon writes them; the same file has the same hashes everywhere. */
  readonly hashes: string;
}

function hashes(path: string, version: string): string {
  const hash = (algorithm: string): string =>
    createHash(algorithm).update(`${path.toLowerCase()}|${version}`).digest('hex').toUpperCase();
  const sha256 = hash('sha256');
  return `MD5=${hash('md5')},SHA256=${sha256},IMPHASH=${sha256.slice(8, 40)}`;
}

const catalogue = new Map<string, Image>();
for (const [name, path, description] of own) {
  const original = path.slice(path.lastIndexOf('\\') + 1);
  catalogue.set(name, {
    path,
    description,
    product: windows,
    company: microsoft,
    original,
    version: build,
    hashes: hashes(path, build),
  });
}
for (const [name, path, description, product, company, version] of installed) {
  const original = path.slice(path.lastIndexOf('\\') + 1);
  catalogue.set(name, { path, description, product, company, original, version, hashes: hashes(path, version) });
}
for (const [name, original] of Object.entries(originals)) {
  const image = catalogue.get(name);
  if (image !== undefined) catalogue.set(name, { ...image, original });
}

/** A known executable by its short name. */
export function image(name: string): Image {
  const found = catalogue.get(name);
  if (found === undefined) throw new RangeError(`no image called ${name} in the sample's catalogue`);
  return found;
}

/** An executable that is not in the catalogue: a small tool, an installer, something downloaded. `salt` varies its content. */
export function unlistedImage(
  path: string,
  described?: { description: string; company: string; version: string },
  salt = '',
): Image {
  const version = described?.version ?? '-';
  return {
    path,
    description: described?.description ?? '-',
    product: described?.description ?? '-',
    company: described?.company ?? '-',
    original: described === undefined ? '-' : path.slice(path.lastIndexOf('\\') + 1),
    version,
    hashes: hashes(path + salt, version),
  };
}

/** The same tool under another path (copied or renamed): its resources and hashes stay. */
export function copiedImage(name: string, path: string): Image {
  return { ...image(name), path };
}
