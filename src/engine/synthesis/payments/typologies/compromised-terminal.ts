import { DAY } from '../../calendar.js';
import { Category, NO_DEVICE, OVERSEAS } from '../events.js';
import { Role } from '../frauds.js';
import { type Typology } from './typology.js';

const SPENT_ON = [
  Category.Luxury,
  Category.ElectronicsGames,
  Category.FashionBeauty,
  Category.Grocery,
] as const;

/** A terminal copied the card. Weeks later its clone is used abroad, where a stripe still pays: cash, then shops. */
export const compromisedTerminal: Typology = {
  name: 'COMPROMISED_TERMINAL',
  title: 'Card cloned at a compromised terminal',
  description:
    'A skimming terminal or cash machine copies stripe and PIN; the clone is used abroad at tills and cash machines within a day or two, with pauses that pass for a traveller’s.',
  cases: 1_500,
  payments: 3,
  victims: [['CARD_HOLDERS', 1]],
  losses: [],
  lateness: 0.8,
  play(scene) {
    const { stream } = scene;
    const payments = scene.count(1, 5);
    for (let k = 0; k < payments; k += 1) {
      const cash = stream.chance(0.35);
      const category = SPENT_ON[stream.below(SPENT_ON.length)] ?? Category.Luxury;
      const cents = scene.onCard(stream.chance(scene.care) ? 900 : 3_200, 0.8);
      const written = cash
        ? scene.cash(Role.Impostor, Math.max(1, Math.round(stream.lognormal(25, 0.7))), true)
        : scene.charge(category, cents, NO_DEVICE, OVERSEAS);
      if (!written) return;
      if (stream.chance(0.15)) scene.decline(category, cents);
      if (stream.chance(0.25)) scene.wait(3_600, 0.8 * DAY);
      else scene.wait(240, 5_000);
    }
  },
};
