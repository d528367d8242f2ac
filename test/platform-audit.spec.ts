import {
  appendAudit,
  type AuditRecord,
  type Database,
  readAudit,
  verifyChain,
} from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const ALICE = {
  personId: '00000000-0000-4000-8000-000000000001',
  organisationId: '00000000-0000-4000-8000-000000000002',
  scope: 'tenant' as const,
};

let test: TestDatabase;
let database: Database;

async function trail(after = 0): Promise<AuditRecord[]> {
  return database.asSystem(async (tx) => {
    const records: AuditRecord[] = [];
    // A page of two: the reader has to turn pages.
    for await (const record of readAudit(tx, after, 2)) records.push(record);
    return records;
  });
}

async function append(subject: string, details: object = {}): Promise<void> {
  await database.inTenant(ALICE, (tx) => appendAudit(tx, { actor: ALICE, action: 'test', subject, details }));
}

beforeAll(async () => {
  test = await createTestDatabase();
  database = await test.database('sandbox_api');
});

afterAll(async () => {
  await test.close();
});

describe('the audit trail', () => {
  it('chains what many transactions append at once, without gap or fork, and over several roles', async () => {
    const signer = await test.database('sandbox_signer');
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        n % 3 === 0
          ? signer.asSystem((tx) =>
              appendAudit(tx, {
                actor: { power: 'signer' },
                action: 'seal',
                subject: `report:${n}`,
                details: { n },
              }),
            )
          : append(`run:${n}`, {
              n,
              at: new Date(0),
              nothing: undefined,
              fraction: 0.1,
              big: 1e21,
              text: '資料',
            }),
      ),
    );
    const records = await trail();
    expect(records).toHaveLength(30);
    expect(verifyChain(records)).toMatchObject({ verified: true, events: 30 });
    expect(verifyChain(await trail(10), records[9])).toMatchObject({ verified: true, events: 20 });
    expect(records.find(({ subject }) => subject === 'run:1')?.details).toEqual({
      n: 1,
      at: '1970-01-01T00:00:00.000Z',
      fraction: 0.1,
      big: 1e21,
      text: '資料',
    });
  });

  it('holds nothing of a transaction that was rolled back', async () => {
    const before = (await trail()).length;
    await expect(
      database.inTenant(ALICE, async (tx) => {
        await appendAudit(tx, { actor: ALICE, action: 'test', subject: 'never', details: {} });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await append('after');
    const records = await trail();
    expect(records).toHaveLength(before + 1);
    expect(verifyChain(records).verified).toBe(true);
  });

  it('cannot be rewritten by a role of the service, not even by the owner of the table', async () => {
    for (const role of ['sandbox_api', 'sandbox_evaluator', 'sandbox_owner'] as const) {
      const source = await test.dataSource(role);
      for (const statement of [
        `UPDATE sandbox.audit_event SET action = 'other'`,
        'DELETE FROM sandbox.audit_event',
        'TRUNCATE sandbox.audit_event',
      ]) {
        const outcome = await source.query(statement).then(
          // FORCE row-level security shows the owner no row to change.
          (result: unknown) => `${statement.slice(0, 6)} touched ${String((result as [unknown, number])[1])}`,
          (error: unknown) => String(error),
        );
        expect(outcome).toMatch(/permission denied|append-only|touched 0$/);
      }
    }
    expect(verifyChain(await trail()).verified).toBe(true);
  });

  it('tells when somebody with the power to do so has changed it behind its back', async () => {
    const admin = await connect(test.admin);
    await admin.query('ALTER TABLE sandbox.audit_event DISABLE TRIGGER ALL');
    await admin.query(`UPDATE sandbox.audit_event SET details = '{"n": -1}' WHERE sequence = 5`);
    await admin.end();
    expect(verifyChain(await trail())).toEqual({
      verified: false,
      sequence: 5,
      reason: 'event 5 does not have the hash it states',
    });
  });
});
