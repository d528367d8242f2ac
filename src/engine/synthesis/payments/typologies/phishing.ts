import { Category, OVERSEAS, REMOTE } from '../events.js';
import { type Typology } from './typology.js';

const SPENT_ON = [Category.Digital, Category.ElectronicsGames, Category.Travel, Category.Luxury] as const;

/**
 * "Your parcel waits": a false page takes the password of internet banking, and the fraudster pays himself from a
 * device of his own; or it takes the card, which is then put into somebody's telephone.
 */
export const phishing: Typology = {
  name: 'PHISHING',
  title: 'Phishing message',
  description:
    'A link in a message takes credentials or card details, which are used at once: transfers from another device, or spending with the card on line and by telephone at tills.',
  cases: 2_300,
  payments: 2.5,
  victims: [
    ['ANYONE', 0.5],
    ['CARD_HOLDERS', 0.5],
  ],
  losses: [{ mean: 110_000, sigma: 1 }],
  lateness: 0.3,
  words: 'PHISHING',
  play(scene) {
    const { stream } = scene;
    const careful = stream.chance(0.3 + 0.5 * scene.care);
    const device = stream.chance(careful ? 0.35 : 0.75) ? scene.strangeDevice() : scene.ownDevice();
    const payments = scene.count(1, 4);
    const card = (scene.population.people.creditLimit[scene.victim] ?? 0) > 0 && stream.chance(0.6);
    if (card) {
      const abroad = stream.chance(0.5) ? OVERSEAS : 0;
      for (let k = 0; k < payments; k += 1) {
        const atTill = stream.chance(0.35);
        const category = SPENT_ON[stream.below(SPENT_ON.length)] ?? Category.Digital;
        const cents = scene.onCard(careful ? 1_200 : 4_000, 0.9);
        if (!scene.charge(category, cents, atTill ? -1 : device, (atTill ? 0 : REMOTE) | abroad)) return;
        if (k > 1 && stream.chance(0.3)) scene.decline(category, cents * 1.5);
        scene.wait(120, careful ? 30_000 : 3_000);
      }
      return;
    }
    scene.divide(payments, 1);
    let payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.drain(payee, 0, scene.parts[k] ?? 0, device)) return;
      scene.wait(120, careful ? 20_000 : 1_500);
      if (stream.chance(0.4)) payee = scene.mule();
    }
  },
};
