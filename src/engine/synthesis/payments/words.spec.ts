import { NAIVE_EPOCH, period } from '../calendar.js';
import { populate } from '../population/populate.js';
import { keyOfSeed } from '../random.js';
import { conspire } from './conspire.js';
import { TYPOLOGIES } from './typologies/index.js';
import { messageBlocks } from './words.js';

const population = populate(keyOfSeed('people'), {
  customers: 2_000,
  proxyStrength: 1,
  groupAttribute: 'sex',
  groupShare: 0,
});
const within = period(7, 3);
const frauds = conspire(population, keyOfSeed('words'), within, 2_500, {
  weights: TYPOLOGIES.map(({ cases }) => [cases]),
  monthsBefore: 0,
  care: 0.65,
  drift: 0,
  labelDelayDays: 10,
  labelNever: 0.2,
  labelWrong: 0.02,
  warningIgnored: 0.5,
});
const read = () =>
  [...messageBlocks(frauds, population, keyOfSeed('words'), within)].flatMap(({ rows, values }) =>
    Array.from({ length: rows }, (_, at) => {
      const [id, episode, sent, medium, sender, language, text, fraud] = values.map((column) => column[at]);
      return {
        id,
        episode,
        sent: Number(sent),
        medium,
        sender: String(sender),
        language,
        text: String(text),
        fraud,
      };
    }),
  );
const messages = read();

describe('messageBlocks', () => {
  it('gives each case that begins with words its message, before it pays, and an honest one beside it', () => {
    const { episodes, draft } = frauds;
    const spoken = episodes.message.reduce((sum, seed) => sum + (seed === 0 ? 0 : 1), 0);
    const scams = messages.filter(({ fraud }) => fraud === 1);
    expect(scams).toHaveLength(spoken);
    expect(messages).toHaveLength(2 * spoken);
    const place = new Map(Array.from(episodes.number, (number, e) => [number, e]));
    for (const { episode, sent, language } of scams) {
      const e = place.get(Number(episode)) ?? -1;
      expect(TYPOLOGIES[episodes.typology[e] ?? -1]?.words).toBeDefined();
      const first = draft.time[frauds.episode.indexOf(e)] ?? 0;
      expect(sent).toBeLessThanOrEqual(NAIVE_EPOCH + first);
      expect(language).toBe(population.people.language[episodes.victim[e] ?? 0]);
    }
    for (const { episode, fraud } of messages) if (fraud === 0) expect(episode).toBe(-2_147_483_648);
  });

  it('counts them in time order, fills every slot, and writes the same again', () => {
    messages.forEach(({ id, sent, text }, at) => {
      expect(id).toBe(at);
      expect(sent).toBeGreaterThanOrEqual(
        at > 0 ? (messages[at - 1]?.sent ?? 0) : NAIVE_EPOCH + within.start,
      );
      expect(text.length).toBeGreaterThan(5);
      expect(text).not.toMatch(/[{}]|undefined|NaN/u);
    });
    expect(read()).toEqual(messages);
    expect(new Set(messages.map(({ language }) => language))).toEqual(new Set([0, 1, 2]));
  });
});
