import { DAY, period } from '../../calendar.js';
import { Category, Channel, draftOf, type Draft } from '../events.js';
import { populate, type Population } from '../population.js';
import { keyOfSeed } from '../../random.js';
import { strike, TYPOLOGIES } from './index.js';

const population = populate(keyOfSeed('people'), 2_000, 1);
const within = period(10, 2);
const plan = { mix: [0.5, 0.3, 0.2], care: 0.5, sexRatio: 1 };

function play(seed: string, change: Partial<typeof plan> = {}, p: Population = population): Draft {
  const draft = draftOf(6_000);
  strike(p, keyOfSeed(seed), within, draft, 0, { ...plan, ...change });
  return draft;
}

const rowsOf = (draft: Draft, name: string) =>
  Array.from({ length: draft.rows }, (_, row) => row).filter(
    (row) => draft.typology[row] === 1 + TYPOLOGIES.findIndex((typology) => typology.name === name),
  );

describe('typologies', () => {
  it('fill exactly the payments asked for, in the shares asked for, inside the split', () => {
    const draft = play('one');
    expect(TYPOLOGIES.map(({ name }) => rowsOf(draft, name).length)).toEqual([3_000, 1_800, 1_200]);
    for (let row = 0; row < draft.rows; row += 1) {
      const time = draft.time[row] ?? 0;
      expect(time >= within.start && time < within.end).toBe(true);
      expect((draft.amount[row] ?? 0) > 0 || (draft.intent[row] ?? 0) > 0).toBe(true);
    }
    expect(rowsOf(play('one', { mix: [0, 1, 0] }), 'ACCOUNT_TAKEOVER')).toHaveLength(6_000);
  });

  it('follow their descriptions', () => {
    const draft = play('two');
    for (const row of rowsOf(draft, 'AUTHORISED_PUSH_PAYMENT')) {
      expect([Channel.FpsProxy, Channel.FpsAccount]).toContain(draft.channel[row]);
      expect(draft.payee[row]).toBeGreaterThanOrEqual(population.merchants);
    }
    for (const row of rowsOf(draft, 'CARD_NOT_PRESENT')) {
      expect(draft.channel[row]).toBe(Channel.CreditCard);
      expect(draft.category[row]).not.toBe(Category.Cash);
      expect(draft.payee[row]).toBeLessThan(population.merchants);
    }
    const share = (rows: number[], test: (row: number) => boolean) => rows.filter(test).length / rows.length;
    const night = (row: number) => (draft.time[row] ?? 0) % DAY < 6 * 3600;
    expect(share(rowsOf(draft, 'ACCOUNT_TAKEOVER'), night)).toBeGreaterThan(
      2 * share(rowsOf(draft, 'AUTHORISED_PUSH_PAYMENT'), night),
    );
  });

  it('choose victims by the key, and by sex only as the parameter says', () => {
    const women = (draft: Draft) => {
      const victims = [...new Set(draft.customer)];
      return victims.filter((id) => population.sex[id] === 0).length / victims.length;
    };
    const all = population.sex.filter((sex) => sex === 0).length / population.customers;
    expect(Math.abs(women(play('three')) - all)).toBeLessThan(0.06);
    expect(women(play('three', { sexRatio: 4 }))).toBeGreaterThan(all + 0.1);
    expect(play('three').customer).toEqual(play('three').customer);
    expect(play('three').customer).not.toEqual(play('four').customer);
  });
});
