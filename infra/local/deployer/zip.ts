import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** Path inside the archive, with forward slashes. */
  readonly name: string;
  readonly data: Uint8Array;
  readonly executable?: boolean;
}

// 1980-01-01 00:00, the first time a zip can say: no clock in the archive, so equal files make equal bytes.
const DOS_DATE = 0x0021;
const DEFLATE = 8;
const VERSION = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION;
const UTF8_NAMES = 0x0800;

/** A zip of the entries, sorted by name: the same entries give the same bytes, whatever their order. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const packed = deflateRawSync(entry.data, { level: 6 });
    const name = Buffer.from(entry.name, 'utf8');
    const fields = commonFields(entry, packed, name);
    const local = Buffer.concat([uint32(0x04034b50), fields, name, packed]);
    const mode = entry.executable ? 0o100755 : 0o100644;
    directory.push(
      Buffer.concat([uint32(0x02014b50), uint16(MADE_BY_UNIX), fields, uint16(0), uint16(0), uint16(0)]),
      Buffer.concat([uint32((mode << 16) >>> 0), uint32(offset), name]),
    );
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = uint16(entries.length);
  const end = [
    uint32(0x06054b50),
    uint16(0),
    uint16(0),
    count,
    count,
    uint32(central.length),
    uint32(offset),
    uint16(0),
  ];
  return Buffer.concat([...files, central, ...end]);
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

/** The fields a file's own header and its line in the central directory have in common. */
function commonFields(entry: ZipEntry, packed: Buffer, name: Buffer): Buffer {
  return Buffer.concat([
    uint16(VERSION),
    uint16(UTF8_NAMES),
    uint16(DEFLATE),
    uint16(0),
    uint16(DOS_DATE),
    uint32(crc32(entry.data)),
    uint32(packed.length),
    uint32(entry.data.length),
    uint16(name.length),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
