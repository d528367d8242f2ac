import { Category, Channel, NO_DEVICE } from '../events.js';
import { type Typology } from './typology.js';

const TAPPED_AT = [
  Category.Grocery,
  Category.Dining,
  Category.Transport,
  Category.Health,
  Category.FashionBeauty,
  Category.ElectronicsGames,
] as const;
/** Above this the till asks for a signature: HK$1,000, the usual contactless ceiling (convention of this preset). */
const CONTACTLESS = 100_000;

/** A lost or stolen card is tapped where nobody looks, in sums that ask for no signature, until it is blocked. */
export const stolenCard: Typology = {
  name: 'STOLEN_CARD',
  title: 'Lost or stolen card',
  description:
    'A card in the wrong hands is tapped again and again within hours at shops, taxis and restaurants nearby, in contactless sums, now and then for something dear.',
  cases: 1_500,
  payments: 4,
  victims: [['CARD_HOLDERS', 1]],
  losses: [],
  lateness: 0.25,
  play(scene) {
    const { stream } = scene;
    const payments = scene.count(1, 7);
    const channel = stream.chance(0.3) ? Channel.DebitCard : Channel.CreditCard;
    for (let k = 0; k < payments; k += 1) {
      const dear = k > 0 && stream.chance(0.15);
      const category = TAPPED_AT[stream.below(TAPPED_AT.length)] ?? Category.Grocery;
      const cents = scene.onCard(dear ? 3_500 : 380, 0.7);
      const asked = dear ? cents : Math.min(CONTACTLESS, cents);
      if (!scene.charge(category, asked, NO_DEVICE, 0, channel)) return;
      if (dear && stream.chance(0.5)) scene.decline(category, cents);
      scene.wait(180, 3_200);
    }
  },
};
