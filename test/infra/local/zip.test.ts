import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import { directoryEntries, zip } from '../../../infra/local/deployer/zip.ts';

const directory = mkdtempSync(join(tmpdir(), 'onramp-zip-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('gives the same bytes for the same files in any order', () => {
  const a = { name: 'a.txt', data: Buffer.from('a') };
  const b = { name: 'b/c.txt', data: Buffer.from('c'.repeat(1000)) };
  expect(zip([a, b])).toEqual(zip([b, a]));
});

test('holds each file below a directory under its path, and changes with its content only', () => {
  mkdirSync(join(directory, 'sub'));
  writeFileSync(join(directory, 'index.mjs'), 'export {}');
  writeFileSync(join(directory, 'sub', '表.json'), '{}');
  const first = zip(directoryEntries(directory));
  writeFileSync(join(directory, 'index.mjs'), 'export {}');
  expect(zip(directoryEntries(directory))).toEqual(first);
  expect(
    directoryEntries(directory)
      .map((entry) => entry.name)
      .sort(),
  ).toEqual(['index.mjs', 'sub/表.json']);
});

test('is read by another implementation, with names beyond ASCII', () => {
  const file = join(directory, 'out.zip');
  writeFileSync(file, zip([{ name: '表/x.txt', data: Buffer.from('hello'.repeat(50)) }]));
  const script =
    'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), ascii(z.namelist()[0]), len(z.read(z.namelist()[0])))';
  expect(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }).trim()).toBe("None '\\u8868/x.txt' 250");
});

test('keeps empty files', () => {
  expect(unzipSync(zip([{ name: 'e', data: Buffer.alloc(0) }]))).toEqual({ e: new Uint8Array() });
});

test('says who may run a file, and the first time a zip can say', () => {
  const file = join(directory, 'modes.zip');
  const entries = [
    { name: 'bootstrap', data: Buffer.from('#!/bin/sh'), executable: true },
    { name: 'data', data: Buffer.from('x') },
  ];
  writeFileSync(file, zip(entries));
  const script =
    'import sys,zipfile; print([(oct(i.external_attr >> 16), i.create_system, i.date_time) for i in zipfile.ZipFile(sys.argv[1]).infolist()])';
  expect(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }).trim()).toBe(
    "[('0o100755', 3, (1980, 1, 1, 0, 0, 0)), ('0o100644', 3, (1980, 1, 1, 0, 0, 0))]",
  );
});
