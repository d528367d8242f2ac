import fc from 'fast-check';
import { period } from '../calendar.js';
import { populate } from '../population/populate.js';
import { keyOfSeed } from '../random.js';
import { type FraudPlan } from './cases.js';
import { conspire } from './conspire.js';
import { INTERCEPTED } from './controls.js';
import { Channel, WARNED } from './events.js';
import { Control, NEVER, Outcome, Role, type Frauds } from './frauds.js';
import { TYPOLOGIES } from './typologies/index.js';

const population = populate(keyOfSeed('people'), {
  customers: 3_000,
  proxyStrength: 1,
  groupAttribute: 'sex',
  groupShare: 0,
});
const within = period(7, 3);
const usual: FraudPlan = {
  weights: TYPOLOGIES.map(({ cases }) => [cases]),
  monthsBefore: 0,
  care: 0.65,
  drift: 0.5,
  labelDelayDays: 10,
  labelNever: 0.2,
  labelWrong: 0.02,
  warningIgnored: 0.5,
};
const play = (seed: string, rows: number, change: Partial<FraudPlan> = {}): Frauds =>
  conspire(population, keyOfSeed(seed), within, rows, { ...usual, ...change });
const at = (column: ArrayLike<number>, place: number) => column[place] ?? Number.NaN;

/** Rows of which the alert can speak: sent by FPS. */
const sent = ({ draft }: Frauds) =>
  Array.from({ length: draft.rows }, (_, row) => row).filter(
    (row) => draft.channel[row] === Channel.FpsProxy || draft.channel[row] === Channel.FpsAccount,
  );
const count = ({ controls }: Frauds, kind: number, outcome: number) =>
  Array.from({ length: controls.count }, (_, k) => k).filter(
    (k) => controls.kind[k] === kind && controls.outcome[k] === outcome,
  ).length;

describe('Suspicious Account Alert', () => {
  it('names nobody before a payment to him has been reported, a few honest ones apart', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.9, noNaN: true }), fc.nat(40), (seed, never, days) => {
        const frauds = play(`alert ${seed}`, 1_500, { labelNever: never, labelDelayDays: days });
        const first = new Map<number, number>();
        for (const row of sent(frauds)) {
          // What mules buy of an honest seller says nothing of him.
          if (at(frauds.role, row) > Role.Impostor) continue;
          const payee = at(frauds.draft.payee, row);
          first.set(payee, Math.min(first.get(payee) ?? NEVER, at(frauds.reportedAt, row)));
        }
        const { payee, from } = frauds.alerted;
        expect(new Set(payee).size).toBe(payee.length);
        let wrongly = 0;
        for (let k = 0; k < payee.length; k += 1) {
          const reported = first.get(at(payee, k)) ?? NEVER;
          if (reported === NEVER) wrongly += 1;
          else expect(at(from, k)).toBeGreaterThan(reported);
        }
        expect(wrongly / Math.max(1, payee.length)).toBeLessThanOrEqual(0.15);
      }),
      { numRuns: 15 },
    );
  });

  it('is shown to whoever pays a named account, and to nobody else', () => {
    const frauds = play('shown', 12_000);
    const from = new Map(Array.from(frauds.alerted.payee, (payee, k) => [payee, at(frauds.alerted.from, k)]));
    let warned = 0;
    for (const row of sent(frauds)) {
      if (frauds.role[row] !== Role.Victim) continue;
      const named = (from.get(at(frauds.draft.payee, row)) ?? NEVER) <= at(frauds.draft.time, row);
      expect((at(frauds.draft.flags, row) & WARNED) !== 0).toBe(named);
      if (named) warned += 1;
    }
    expect(warned).toBeGreaterThan(50);
    expect(count(frauds, Control.Alert, Outcome.WentOn)).toBeGreaterThanOrEqual(warned);
  });

  it.each([0, 0.3, 0.8, 1])('is ignored by the share of payers that is asked for: %d', (ignored) => {
    const frauds = play('ignored', 20_000, { warningIgnored: ignored });
    const on = count(frauds, Control.Alert, Outcome.WentOn);
    const off = count(frauds, Control.Alert, Outcome.Abandoned);
    expect(on + off).toBeGreaterThan(100);
    // Who heeds a wrong alert, and who is talked into another named account, move it a little.
    expect(Math.abs(on / (on + off) - ignored)).toBeLessThan(0.1);
  });

  it('knows nothing where nothing is reported', () => {
    const frauds = play('silence', 2_000, { labelNever: 1 });
    expect(frauds.alerted.payee).toHaveLength(0);
    expect(frauds.recalls.origin).toHaveLength(0);
    expect(frauds.reportedAt.every((second) => second === NEVER)).toBe(true);
  });
});

describe('recalls and declines', () => {
  it('stop the published share of what victims sent, after the report and from their own payments', () => {
    const frauds = play('recall', 8_000);
    const { draft, recalls, role } = frauds;
    let lost = 0;
    for (let row = 0; row < draft.rows; row += 1)
      if (role[row] === Role.Victim) lost += at(draft.amount, row);
    let stopped = 0;
    for (let k = 0; k < recalls.origin.length; k += 1) {
      const row = at(recalls.origin, k);
      expect(at(recalls.time, k)).toBeGreaterThan(at(frauds.reportedAt, row));
      expect(at(recalls.time, k)).toBeGreaterThanOrEqual(k > 0 ? at(recalls.time, k - 1) : 0);
      expect(role[row]).toBe(Role.Victim);
      expect(at(recalls.share, k)).toBeLessThanOrEqual(1);
      stopped += at(recalls.share, k) * at(draft.amount, row);
    }
    expect(stopped / lost).toBeCloseTo(INTERCEPTED, 2);
    expect(new Set(recalls.origin).size).toBe(recalls.origin.length);
  });

  it('refuse honest cards more often than stolen ones, and keep every attempt in order', () => {
    const { controls } = play('decline', 8_000);
    const declined = Array.from({ length: controls.count }, (_, k) => k).filter(
      (k) => controls.kind[k] === Control.Decline,
    );
    expect(declined.length).toBeGreaterThan(100);
    expect(new Set(declined.map((k) => controls.outcome[k]))).toEqual(new Set([Outcome.Declined]));
    for (let k = 1; k < controls.count; k += 1)
      expect(at(controls.time, k)).toBeGreaterThanOrEqual(at(controls.time, k - 1));
    expect(controls.amount.every((cents) => cents > 0)).toBe(true);
  });
});
