import { type Typology } from './typology.js';

/** Somebody loved, never met, is in need: customs have kept a parcel, a hospital wants its bill, a ticket home. */
export const romance: Typology = {
  name: 'ROMANCE',
  title: 'Romance scam',
  description:
    'An on-line lover asks for help again and again over weeks, in sums that vary with the story told, to one or a few accounts.',
  cases: 850,
  payments: 5.2,
  victims: [['ANYONE', 1]],
  losses: [{ mean: 850_000, sigma: 1.3 }],
  lateness: 2.5,
  words: 'ROMANCE',
  play(scene) {
    const { stream } = scene;
    const payments = scene.count(3, 8);
    scene.divide(payments, stream.between(1, 1.7));
    let payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      scene.sleep(2.2);
      if (stream.chance(0.25)) payee = scene.mule();
    }
  },
};
