import { type Batch, MODEL_LOG_BYTES, MODEL_LOG_LINES, ModelLog } from './model-log.js';

/** What comes out of a log that is told these pieces. */
async function through(
  chunks: readonly (string | Uint8Array)[],
  kept = { lines: 0, bytes: 0 },
): Promise<{ lines: string[]; dropped: number }> {
  const batches: Batch[] = [];
  const log = new ModelLog(kept, async (batch) => {
    batches.push(batch);
  });
  for (const chunk of chunks) {
    log.take(Buffer.from(chunk as string));
    // Time to write: what is pending is bounded.
    if (chunks.length > 400) await new Promise((resolve) => setImmediate(resolve));
  }
  await log.end();
  return {
    lines: batches.flatMap(({ lines }) => lines),
    dropped: batches.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}

describe('the log of a model', () => {
  test('is cut into lines wherever its pieces end, in any language', async () => {
    const bytes = Buffer.from('first\n銀行 second\nno end');
    expect((await through(Array.from(bytes, (byte) => Uint8Array.of(byte)))).lines).toEqual([
      'first',
      '銀行 second',
      'no end',
    ]);
  });

  test('shows control characters by their codes', async () => {
    expect((await through(['\u001b[2J\u0000red\rover\n'])).lines).toEqual([
      '\\u001b[2J\\u0000red\\u000dover',
    ]);
  });

  test.each([
    ['token sbx_0123456789abcdefghijKLMNOPqrstuv seen', 'token [redacted] seen'],
    ['Authorization: Bearer abcdefghijkl.mnop', 'Authorization: Bearer [redacted]'],
    ['postgres://user:hunter2@host/db', 'postgres://user:[redacted]@host/db'],
    ['DB_PASSWORD=hunter2 next', 'DB_PASSWORD=[redacted] next'],
    ['{"api_key": "abc123"}', '{"api_key": "[redacted]"}'],
    ['AKIAABCDEFGHIJKLMNOP', '[redacted]'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[redacted]'],
    ['key sk-proj-abcdefghijklmnopqrstuvwx used', 'key [redacted] used'],
    ['PRIVATE_KEY=abc passphrase: "open sesame"', 'PRIVATE_KEY=[redacted] passphrase: "[redacted]"'],
    ['tokens are counted: 12 rows', 'tokens are counted: 12 rows'],
  ])('%s', async (line, shown) => {
    expect((await through([`${line}\n`])).lines).toEqual([shown]);
  });

  test('strikes a private key out over all its lines', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQ\nAAAA\n-----END PRIVATE KEY-----\nafter\n';
    expect((await through([key])).lines).toEqual([
      '[redacted]',
      '[redacted]',
      '[redacted]',
      '[redacted]',
      'after',
    ]);
  });

  test('cuts a long line and keeps no more than what a run may have', async () => {
    const { lines } = await through(['x'.repeat(10_000_000), '\nnext\n']);
    expect(lines.map(({ length }) => length)).toEqual([2_048 + ' … [cut]'.length, 4]);
    expect(lines[0]).toMatch(/x … \[cut\]$/);
    const escaped = await through([`${'\u0001'.repeat(2_000)}\n`]);
    expect(Buffer.byteLength(escaped.lines[0] ?? '')).toBeLessThanOrEqual(2_100);
    expect(await through(['more\n'.repeat(3)], { lines: MODEL_LOG_LINES - 1, bytes: 0 })).toEqual({
      lines: ['more', '[2 more lines were not kept]'],
      dropped: 2,
    });
    expect(await through(['more\n'], { lines: 0, bytes: MODEL_LOG_BYTES - 3 })).toEqual({
      lines: ['[1 more lines were not kept]'],
      dropped: 1,
    });
  });

  test('a flood faster than it is written is counted and let go', async () => {
    const { lines, dropped } = await through(['flood\n'.repeat(100_000)]);
    expect(lines).toHaveLength(501);
    expect(dropped).toBe(99_500);
  });
});
