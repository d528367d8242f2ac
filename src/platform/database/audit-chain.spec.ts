import fc from 'fast-check';
import { AUDIT_GENESIS, type AuditRecord, hashAuditEvent, verifyChain } from './audit-chain.js';

function chain(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const event = {
      sequence,
      at: `2026-11-23T10:00:0${sequence % 10}.000Z`,
      actor: { personId: 'p', organisationId: 'o' },
      action: 'startRun',
      subject: `run:${sequence}`,
      details: { b: 1, a: ['é', null, 0.1] },
      previousHash: records.at(-1)?.hash ?? AUDIT_GENESIS,
    };
    records.push({ ...event, hash: hashAuditEvent(event) });
  }
  return records;
}

describe('hashAuditEvent', () => {
  it('hashes the canonical JSON of the event', () => {
    // python3: hashlib.sha256(json.dumps(event, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    //   .encode()).hexdigest(), event being the first of chain(1) without its hash, with the schema's name
    expect(chain(1)[0]?.hash).toBe('f05508e496a18edf8a0035c10d2e79a71892b4bd86f0967b2fd6368101cb5595');
  });

  it('does not depend on the order of members', () => {
    const [event] = chain(1) as [AuditRecord];
    const turned = Object.fromEntries(Object.entries(event).reverse()) as unknown as AuditRecord;
    expect(hashAuditEvent({ ...turned, details: { a: ['é', null, 0.1], b: 1 } })).toBe(event.hash);
  });
});

describe('verifyChain', () => {
  it('verifies a chain, its empty beginning, and a later part by its anchor', () => {
    const records = chain(5);
    const head = { sequence: 5, hash: records[4]?.hash };
    expect(verifyChain(records)).toEqual({ verified: true, events: 5, head });
    expect(verifyChain([])).toEqual({
      verified: true,
      events: 0,
      head: { sequence: 0, hash: AUDIT_GENESIS },
    });
    const anchor = { sequence: 2, hash: records[1]?.hash ?? '' };
    expect(verifyChain(records.slice(2), anchor)).toEqual({ verified: true, events: 3, head });
    expect(verifyChain(records.slice(2))).toMatchObject({ verified: false, sequence: 1 });
  });

  it('breaks, and does not stumble, over a number that is none', () => {
    const [first] = chain(1) as [AuditRecord];
    const sequence = { toString: false } as unknown as number;
    expect(verifyChain([{ ...first, sequence }])).toEqual({
      verified: false,
      sequence: 1,
      reason: 'event 1 is missing: event {"toString":false} follows 0',
    });
  });

  it('names the first link that a change, a gap, an insertion or an exchange breaks', () => {
    const records = chain(5);
    const altered = records.map((record) =>
      record.sequence === 3 ? { ...record, details: { ...record.details, b: 2 } } : record,
    );
    expect(verifyChain(altered)).toEqual({
      verified: false,
      sequence: 3,
      reason: 'event 3 does not have the hash it states',
    });
    expect(verifyChain(records.filter(({ sequence }) => sequence !== 3))).toEqual({
      verified: false,
      sequence: 3,
      reason: 'event 3 is missing: event 4 follows 2',
    });
    // Altered with its own hash made right: the next one tells.
    const rehashed = altered.map((record) =>
      record.sequence === 3 ? { ...record, hash: hashAuditEvent(record) } : record,
    );
    expect(verifyChain(rehashed)).toEqual({
      verified: false,
      sequence: 4,
      reason: 'event 4 does not name the hash of event 3',
    });
    const [first, second, third] = records as [AuditRecord, AuditRecord, AuditRecord];
    expect(verifyChain([first, third, second])).toMatchObject({ verified: false, sequence: 2 });
    expect(verifyChain([first, first])).toMatchObject({ verified: false, sequence: 2 });
  });

  it('finds any change of any member', () => {
    const members = [
      'at',
      'actor',
      'action',
      'subject',
      'details',
      'previousHash',
      'hash',
      'sequence',
    ] as const;
    fc.assert(
      fc.property(fc.nat(4), fc.constantFrom(...members), fc.jsonValue(), (place, member, value) => {
        const records = chain(5);
        const victim = records[place] as AuditRecord;
        const before = JSON.stringify(victim[member]);
        fc.pre(JSON.stringify(value) !== before);
        records[place] = { ...victim, [member]: value };
        const outcome = verifyChain(records);
        expect(outcome.verified).toBe(false);
        if (!outcome.verified) expect(outcome.sequence).toBe(place + 1);
      }),
    );
  });
});
