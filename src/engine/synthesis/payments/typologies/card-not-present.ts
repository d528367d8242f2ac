import { DAY } from '../../calendar.js';
import { Category, NO_DEVICE, OVERSEAS, REMOTE } from '../events.js';
import { type Typology } from './typology.js';

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
  cases: 9_000,
  payments: 2.72,
  victims: [['CARD_HOLDERS', 1]],
  losses: [],
  lateness: 1,
  play(scene) {
    const { stream } = scene;
    const modest = stream.chance(0.3 + 0.5 * scene.care);
    const payments = modest ? scene.count(1, 3) : scene.count(2, 6);
    const tests = modest ? 0 : Math.min(payments - 1, 1 + stream.below(3));
    const abroad = stream.chance(modest ? 0.25 : 0.5);
    // The bank sees the thief's browser as a new device, or none where a shop's own checkout is used.
    const device = stream.chance(modest ? 0.2 : 0.4) ? scene.strangeDevice() : NO_DEVICE;
    for (let k = 0; k < payments; k += 1) {
      const testing = k < tests;
      const category = testing
        ? Category.Digital
        : (SPENT_ON[stream.below(SPENT_ON.length)] ?? Category.Digital);
      const cents = testing ? 100 * stream.between(4, 75) : scene.onCard(modest ? 700 : 2_600, 0.9);
      // Now and then the details are in somebody's telephone, which pays at a till.
      const atTill = !testing && stream.chance(0.3);
      const flags = (atTill ? 0 : REMOTE) | (abroad && stream.chance(0.85) ? OVERSEAS : 0);
      if (!scene.charge(category, cents, atTill ? NO_DEVICE : device, flags)) return;
      if (!testing && stream.chance(modest ? 0.05 : 0.2)) {
        scene.decline(category, cents * stream.between(1, 3));
        scene.wait(60, 1_200);
      }
      if (testing) scene.wait(40, 900);
      else if (modest) scene.wait(600, 0.5 * DAY);
      else scene.wait(120, 4_000);
    }
  },
};
