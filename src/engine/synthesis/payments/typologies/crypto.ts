import { Category } from '../events.js';
import { type Typology } from './typology.js';

/** Coins bought from a "merchant" over the counter, by transfer, for a platform that the fraudsters own. */
export const crypto: Typology = {
  name: 'CRYPTO',
  title: 'Virtual-asset investment scam',
  description:
    'The victim buys coins from over-the-counter dealers, who change, and sends them to a platform that the fraudsters own.',
  cases: 1_749,
  payments: 3.9,
  victims: [['ANYONE', 1]],
  losses: [{ mean: 563_000, sigma: 1.4 }],
  lateness: 1.8,
  words: 'CRYPTO',
  play(scene) {
    const { stream } = scene;
    const payments = scene.count(2, 6);
    scene.divide(payments, stream.between(1.1, 2));
    for (let k = 0; k < payments; k += 1) {
      // Some dealers are honest, and sell to anyone.
      const payee = stream.chance(0.35) ? scene.seller() : scene.mule();
      // Only a licensed platform is booked as one; a dealer's account is a person's.
      const category = stream.chance(0.06) ? Category.VirtualAsset : Category.Person;
      if (!scene.transfer(payee, scene.parts[k] ?? 0, category)) return;
      if (stream.chance(0.6)) scene.sleep(1.2);
      else scene.wait(900, 7_200);
    }
  },
};
