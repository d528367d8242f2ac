import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildReport, FileSigner, sealReport } from '../src/engine/reporting/index.js';
import { exampleInput } from '../src/engine/reporting/report.fixture.js';
import { AUDIT_GENESIS, hashAuditEvent, type AuditRecord } from '../src/platform/database/audit-chain.js';

const main = path.resolve(import.meta.dirname, '../dist/main.js');

interface Printed {
  kind: string;
  verified: boolean;
  checks: { name: string; ok: boolean }[];
}

describe('sandbox verify', () => {
  let folder: string;
  let signer: FileSigner;
  let sealed: Uint8Array;
  const built = buildReport(exampleInput());
  const at = (name: string): string => path.join(folder, name);
  const verify = (...args: string[]): { status: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'verify', ...args], {
      encoding: 'utf8',
    });
    return { status, out: stdout, err: stderr };
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'verify-'));
    await mkdir(at('data/keys'), { recursive: true });
    signer = await FileSigner.open(at('key.pem'), at('data/keys'));
    sealed = await sealReport(built.report, signer);
    await writeFile(at('case.dsse.json'), sealed);
    await writeFile(at('case.json'), built.bytes);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('verifies by the data folder’s keys, by a key given, and starting from the report itself', () => {
    const byFolder = verify(at('case.dsse.json'), '--data', at('data'));
    expect(byFolder).toMatchObject({ status: 0, err: '' });
    expect(byFolder.out).toContain('Verified.');
    const key = at(`data/keys/${signer.keyId}.pub`);
    const byKey = verify(at('case.json'), '--key', key, '--json');
    expect(byKey.status).toBe(0);
    const printed = JSON.parse(byKey.out) as Printed;
    expect(printed).toMatchObject({ kind: 'report', verified: true });
    expect(printed.checks.map(({ name }) => name)).toContain('file');
  });

  it('finds the data folder where the service has it', () => {
    const run = (env: Record<string, string>): { status: number | null; stderr: string } =>
      spawnSync(process.execPath, [main, 'verify', at('case.dsse.json')], { encoding: 'utf8', env });
    expect(run({ SANDBOX_DATA: at('data') })).toMatchObject({ status: 0, stderr: '' });
    const wrong = run({ SANDBOX_PORT: 'x', SANDBOX_SLOTS: 'y' });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/^sandbox: [^\n]*SANDBOX_PORT[^\n]*\n$/);
  });

  it('fails on a report beside the envelope that is not the one sealed', async () => {
    await mkdir(at('other'), { recursive: true });
    await writeFile(at('other/report.dsse.json'), sealed);
    await writeFile(at('other/report.json'), Buffer.concat([built.bytes, Buffer.from('\n')]));
    for (const name of ['other/report.dsse.json', 'other/report.json'])
      expect(verify(at(name), '--data', at('data'))).toMatchObject({
        status: 1,
        err: expect.stringMatching(/^sandbox: .*not verified: file: .*was sealed\.\n$/) as unknown,
      });
  });

  it('trusts no key but those it is told of', async () => {
    await mkdir(at('elsewhere/keys'), { recursive: true });
    const stranger = await FileSigner.open(at('stranger.pem'), at('elsewhere/keys'));
    const result = verify(at('case.dsse.json'), '--data', at('elsewhere'));
    expect(result).toMatchObject({
      status: 1,
      err: expect.stringContaining('No signature by a trusted key') as unknown,
    });
    expect(verify(at('case.dsse.json'), '--data', at('nowhere'))).toMatchObject({
      status: 1,
      err: expect.stringContaining('no public keys') as unknown,
    });
    await writeFile(at(`elsewhere/keys/${signer.keyId}.pub`), stranger.publicKeyPem);
    expect(verify(at('case.dsse.json'), '--data', at('elsewhere')).err).toContain('not what the name says');
  });

  it.each<[string, Uint8Array]>([
    ['empty', new Uint8Array()],
    ['binary', Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)],
    ['text', Buffer.from('hello\nworld\n')],
    ['another-json', Buffer.from('{"schema":"x"')],
    ['list', Buffer.from('[[]]')],
  ])('says in one line why a file is none: %s', async (name, bytes) => {
    await writeFile(at(`${name}.bin`), bytes);
    const { status, err } = verify(at(`${name}.bin`), '--data', at('data'));
    expect(status).toBe(1);
    expect(err).toMatch(/^sandbox: [^\n]+\n$/);
  });

  it('says so in one line where there is no such file, or it is a folder, a device or cut short', async () => {
    await writeFile(at('cut.dsse.json'), sealed.subarray(0, sealed.length - 100));
    for (const file of [at('absent'), folder, '/dev/zero', at('cut.dsse.json')]) {
      const { status, err } = verify(file, '--data', at('data'));
      expect(status).toBe(1);
      expect(err).toMatch(/^sandbox: [^\n]+\n$/);
    }
    expect(verify()).toMatchObject({ status: 2 });
  });

  describe('on an audit export', () => {
    const events = chain(6);
    const written = (records: readonly AuditRecord[]): string =>
      records.map((record) => `${JSON.stringify(record)}\n`).join('');

    it('follows the chain, and says where an export begins late', async () => {
      await writeFile(at('audit.jsonl'), written(events));
      expect(verify(at('audit.jsonl'))).toMatchObject({ status: 0, err: '' });
      await writeFile(at('late.jsonl'), written(events.slice(3)));
      expect(verify(at('late.jsonl')).out).toContain('starts at event 4');
    });

    it.each<[string, AuditRecord[]]>([
      ['changed', events.map((event) => (event.sequence === 3 ? { ...event, action: 'other' } : event))],
      ['dropped', events.filter((event) => event.sequence !== 3)],
      ['swapped', [...events.slice(0, 2), ...events.slice(2, 4).reverse(), ...events.slice(4)]],
      ['given twice', [...events.slice(0, 2), ...events.slice(1)]],
    ])('finds an event %s', async (name, records) => {
      await writeFile(at('broken.jsonl'), written(records));
      const { status, err } = verify(at('broken.jsonl'));
      expect({ name, status }).toEqual({ name, status: 1 });
      expect(err).toMatch(/^sandbox: .*not verified: chain: [^\n]+\n$/);
    });

    it('refuses a line that is cut, and members that no event has', async () => {
      await writeFile(at('cut.jsonl'), written(events).slice(0, -40));
      expect(verify(at('cut.jsonl')).err).toMatch(/line 6: not JSON/);
      await writeFile(at('foreign.jsonl'), written(events).replace('"action"', '"extra":1,"action"'));
      expect(verify(at('foreign.jsonl')).err).toMatch(/line 1: "extra" belongs to no event/);
    });
  });
});

function chain(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let sequence = 1; sequence <= length; sequence++) {
    const event = {
      sequence,
      at: `2026-11-23T02:00:0${sequence}.000Z`,
      actor: { system: 'test' },
      action: 'lockEvaluationPlan',
      subject: `plan:${sequence}`,
      details: { ok: true },
      previousHash: records.at(-1)?.hash ?? AUDIT_GENESIS,
    };
    records.push({ ...event, hash: hashAuditEvent(event) });
  }
  return records;
}
