import { DAY } from '../../calendar.js';
import { type Typology } from './typology.js';

/** A bargain on line: paid to the seller at once, then perhaps "postage" and "customs duty", and nothing arrives. */
export const shopping: Typology = {
  name: 'SHOPPING',
  title: 'Online shopping scam',
  description:
    'A bargain is paid by FPS to a seller found on line, who may ask for a second sum (postage, customs duty) before falling silent; many such sellers are also paid by honest buyers.',
  cases: 10_100,
  payments: 1.56,
  victims: [['ANYONE', 1]],
  losses: [{ mean: 11_000, sigma: 1.2 }],
  lateness: 0.9,
  words: 'SHOPPING',
  play(scene) {
    const { stream } = scene;
    // Most such sellers have sold before: their account is one that honest buyers pay, too.
    const payee = stream.chance(0.6 + 0.3 * scene.care) ? scene.seller() : scene.mule();
    const payments = scene.size < 0.62 ? 1 : scene.count(2, 2 + Math.floor(2 * stream.uniform()));
    scene.divide(payments, 0.7);
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      scene.wait(1_800, 0.8 * DAY);
    }
  },
};
