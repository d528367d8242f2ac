import { cents, merchantOf } from '../behaviour.js';
import { DAY } from '../../calendar.js';
import { Category, Channel, NO_DEVICE, OVERSEAS, REMOTE } from '../events.js';
import { type Typology } from './script.js';

const SPENT_ON = [
  Category.Digital,
  Category.ElectronicsGames,
  Category.Travel,
  Category.FashionBeauty,
  Category.Luxury,
] as const;

/** Stolen card details are tried with small sums on line, then spent at shops whose goods sell on. */
export const cardNotPresent: Typology = {
  name: 'CARD_NOT_PRESENT',
  title: 'Card details stolen: testing, then spending',
  description:
    'Card details are tried with one to three small payments on line and then spent on goods that sell on, often abroad; some fraudsters skip the test and keep to modest sums, and some pay at tills by telephone.',
  play(episode) {
    const { stream, population, victim, care } = episode;
    const modest = stream.chance(0.4 + 0.4 * care);
    const tests = modest ? stream.below(2) : 1 + stream.below(3);
    const spends = modest ? 1 + stream.below(2) : 1 + stream.below(4);
    const abroad = stream.chance(modest ? 0.25 : 0.5);
    // A stolen card is used from the thief's browser, which the bank sees as a new device, or through a till's API.
    const device = stream.chance(modest ? 0.25 : 0.4) ? 200 + stream.below(50) : NO_DEVICE;
    let time = episode.onset;
    for (let k = 0; k < tests + spends; k += 1) {
      const testing = k < tests;
      const category = testing
        ? Category.Digital
        : (SPENT_ON[stream.below(SPENT_ON.length)] ?? Category.Digital);
      const mean = modest ? 700 : 2_600;
      // Now and then the details are in somebody's telephone, which pays at a till.
      const atTill = !testing && stream.chance(0.35);
      const written = episode.emit({
        customer: victim,
        time,
        channel: Channel.CreditCard,
        category,
        payee: merchantOf(population, stream, stream.below(population.customers), category),
        amount: testing
          ? cents(stream.between(4, 75))
          : cents(Math.sqrt(population.scale[victim] ?? 1) * stream.lognormal(mean, 0.9)),
        intent: 0,
        device: atTill ? NO_DEVICE : device,
        flags: (atTill ? 0 : REMOTE) | (abroad && stream.chance(0.85) ? OVERSEAS : 0),
      });
      if (!written) return;
      time += testing
        ? 40 + Math.floor(stream.exponential(900))
        : 120 + Math.floor(stream.exponential(modest ? 0.5 * DAY : 4_000));
    }
  },
};
