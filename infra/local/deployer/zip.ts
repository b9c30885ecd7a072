import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

export interface ZipEntry {
  /** Path inside the archive, with forward slashes. */
  readonly name: string;
  readonly data: Uint8Array;
  readonly executable?: boolean;
}

// 1980-01-01 00:00, the first time a zip can say: no clock in the archive, so equal files make equal bytes. A zip has
// local time, so this is the same in every time zone.
const FIRST_TIME = new Date(1980, 0, 1);
const UNIX = 3;
// The local cloud is next door: packing what it unpacks at once took ten times as long as all the rest.
const NOT_PACKED = 0;

/** A zip of the entries, sorted by name: the same entries give the same bytes, whatever their order. */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const files: Zippable = {};
  for (const { name, data, executable } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const mode = executable ? 0o100755 : 0o100644;
    files[name] = [data, { attrs: (mode << 16) >>> 0 }];
  }
  return zipSync(files, { mtime: FIRST_TIME, os: UNIX, level: NOT_PACKED });
}

/** Every file below a directory, as zip entries. */
export function directoryEntries(directory: string): ZipEntry[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((item) => !item.isDirectory());
  return files.map((file) => {
    const path = join(file.parentPath, file.name);
    const name = path.slice(directory.length).replaceAll('\\', '/').replace(/^\/+/, '');
    return { name, data: readFileSync(path), executable: (statSync(path).mode & 0o111) !== 0 };
  });
}
