import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DirectFile, Staging } from './direct-file.js';

/** Memory that no direct write takes: it begins in the middle of a page. */
class Misaligned extends Staging {
  override take(): Uint8Array {
    const slab = super.take();
    return new Uint8Array(new ArrayBuffer(slab.length + 1), 1);
  }
}

describe('DirectFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'direct-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const written = async (name: string, pieces: readonly Buffer[], staging = new Staging()) => {
    const file = await DirectFile.create(join(folder, name), staging);
    for (const piece of pieces) await file.append(piece);
    await file.finish();
    return readFile(join(folder, name));
  };

  it.each([
    ['nothing', []],
    ['less than a block', [3]],
    ['whole blocks', [4_096, 8_192]],
    ['pieces of any length over many slabs', [1, 700_000, 4_095, 3_000_000, 17, 5_000_000]],
  ])('keeps every byte of %s', async (name, lengths) => {
    const pieces = lengths.map((length) => randomBytes(length));
    expect((await written(name, pieces)).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('writes through the cache where direct writes are refused', async () => {
    const pieces = [randomBytes(9_000_001), randomBytes(5)];
    expect((await written('refused', pieces, new Misaligned())).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('takes no place of a file that is there', async () => {
    await written('there', []);
    await expect(DirectFile.create(join(folder, 'there'), new Staging())).rejects.toThrow('EEXIST');
  });

  it('tells what a write failed of, once and for all', async () => {
    const file = await DirectFile.create(join(folder, 'closed'), new Staging());
    await file.append(randomBytes(10));
    await file.abandon();
    await expect(file.finish()).rejects.toThrow();
    await expect(file.append(randomBytes(1))).rejects.toThrow();
  });
});
