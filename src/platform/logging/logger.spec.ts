import type { Logger } from 'pino';
import { createLogger, requestId, withLogContext } from './index.js';

let lines: string[];
let log: Logger;

beforeEach(() => {
  lines = [];
  log = createLogger({ level: 'info', process: 'api', destination: { write: (line) => lines.push(line) } });
});

const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;

describe('createLogger', () => {
  it('writes one JSON object a line, with time, level and process', () => {
    log.info({ run: 'r1' }, 'started');
    log.debug('too fine');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ level: 'info', process: 'api', run: 'r1', msg: 'started' });
    expect(String(last()['time'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('lets no text of a tenant begin a line or reach the terminal as an escape sequence', () => {
    const hostile = 'Acme"}\n{"level":"info","msg":"forged"}\r\u001b[2J\u009b31m\u202ex';
    log.info({ name: hostile }, hostile);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(last()).toMatchObject({ name: hostile, msg: hostile });
    const readable: string[] = [];
    createLogger({
      level: 'info',
      process: 'api',
      readable: true,
      destination: { write: (line) => readable.push(line) },
    }).info({ name: hostile }, hostile);
    expect(readable).toHaveLength(1);
    expect(readable[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('hides secrets by the name of what holds them, however deep', () => {
    log.warn({
      headers: { authorization: 'Bearer abc', 'x-request-id': 'kept', Cookie: 'c' },
      input: { nested: [{ password: 'p', apiToken: 't', clientSecret: 's', tokenId: 'kept too' }] },
      DATABASE_URL: 'postgres://u:p@h/d',
      token: null,
    });
    expect(last()).toMatchObject({
      headers: { authorization: '[redacted]', 'x-request-id': 'kept', Cookie: '[redacted]' },
      input: {
        nested: [
          { password: '[redacted]', apiToken: '[redacted]', clientSecret: '[redacted]', tokenId: 'kept too' },
        ],
      },
      DATABASE_URL: '[redacted]',
      token: null,
    });
  });

  it('hides secrets inside texts', () => {
    log.error(
      { err: new Error('401 for Authorization: Bearer abcdefghijk') },
      'postgres://me:hunter2@db/x with sbx_AbCdEfGh123 at /uploads/AAAABBBBCCCCDDDDEEEE',
    );
    expect(lines[0]).not.toMatch(/abcdefghijk|hunter2|AbCdEfGh123|AAAABBBB/);
    expect(last()).toMatchObject({
      msg: 'postgres://me:[redacted]@db/x with [redacted] at /uploads/[redacted]',
      err: { type: 'Error', message: '401 for Authorization: Bearer [redacted]' },
    });
  });

  it('carries the members of its context through what is awaited, and not outside', async () => {
    await Promise.all(
      ['a', 'b'].map((id) =>
        withLogContext({ requestId: id }, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          withLogContext({ run: `run of ${id}` }, () => log.info('inner'));
        }),
      ),
    );
    log.info('outer');
    const written = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(written.map(({ requestId: id, run }) => [id, run])).toEqual([
      ['a', 'run of a'],
      ['b', 'run of b'],
      [undefined, undefined],
    ]);
  });
});

describe('requestId', () => {
  it('takes a plain id of the caller, and makes one where there is none or a forged one', () => {
    const made = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
    expect(requestId({ headers: { 'x-request-id': 'trace-12345678' } })).toBe('trace-12345678');
    expect(requestId({ headers: {} })).toMatch(made);
    expect(requestId({ headers: { 'x-request-id': 'a\n{"level":"info"}' } })).toMatch(made);
    expect(requestId({ headers: { 'x-request-id': 'x'.repeat(65) } })).toMatch(made);
  });
});
