import { appendFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ContentStore } from '../../../platform/storage/content-store.js';
import { KeptFeatures } from './kept-features.js';

const FIELDS = [
  { name: 'a', type: 'float32' },
  { name: 'b', type: 'float64' },
] as const;

let folder: string;
let store: ContentStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-kept-'));
  store = await ContentStore.open(join(folder, 'features'));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function columnsOf(kept: KeptFeatures, digest: string, fields: Parameters<KeptFeatures['open']>[1]) {
  const open = await kept.open(digest, fields);
  const columns: unknown[][] = fields.map(() => []);
  for await (const batch of open.batches)
    batch.columns.forEach((column, at) => columns[at]?.push(...Array.from(column as ArrayLike<unknown>)));
  open.close();
  return columns;
}

describe('KeptFeatures', () => {
  it('gives the same rows each time, in the columns that are asked for', async () => {
    const rows = Array.from({ length: 40_000 }, (_, row) => `${row / 2},${row * 2},x${row}`);
    const { digest } = await store.put(Readable.from([Buffer.from(`a,b,c\n${rows.join('\n')}\n`)]), {
      maxBytes: 1e7,
    });
    const kept = new KeptFeatures(store);
    const first = await columnsOf(kept, digest, FIELDS);
    expect(first.map((column) => column.length)).toEqual([40_000, 40_000]);
    expect(first.map((column) => column.at(-1))).toEqual([19_999.5, 79_998]);
    expect(await columnsOf(kept, digest, FIELDS)).toEqual(first);
    const [b] = await columnsOf(kept, digest, FIELDS.slice(1));
    expect(b).toEqual(first[1]);
    const [c] = await columnsOf(kept, digest, [{ name: 'c', type: 'utf8' }]);
    expect(c?.slice(0, 2)).toEqual(['x0', 'x1']);
  });

  it('keeps nothing of a reading that was broken off', async () => {
    const rows = Array.from({ length: 40_000 }, (_, row) => `${row},1`);
    const { digest } = await store.put(Readable.from([Buffer.from(`a,b\n${rows.join('\n')}\n`)]), {
      maxBytes: 1e7,
    });
    const kept = new KeptFeatures(store);
    const open = await kept.open(digest, FIELDS);
    for await (const batch of open.batches) if (batch.rows > 0) break;
    open.close();
    expect((await columnsOf(kept, digest, FIELDS))[0]).toHaveLength(40_000);
  });

  it('does not give what it keeps of a file that has changed on disk', async () => {
    const { digest } = await store.put(Readable.from([Buffer.from('a,b\n1,2\n')]), { maxBytes: 100 });
    const kept = new KeptFeatures(store);
    expect(await columnsOf(kept, digest, FIELDS)).toEqual([[1], [2]]);
    chmodSync(store.path(digest), 0o600);
    appendFileSync(store.path(digest), '3,4\n');
    await expect(kept.open(digest, FIELDS)).rejects.toMatchObject({ code: 'CORRUPT' });
  });
});
