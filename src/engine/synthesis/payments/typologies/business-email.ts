import { type Typology } from './typology.js';

/** "Our bank details have changed": the next invoice of a known supplier is paid to somebody else's account. */
export const businessEmail: Typology = {
  name: 'BUSINESS_EMAIL',
  title: 'Business e-mail compromise',
  description:
    'A supplier’s mailbox is read or imitated, and an owner of a business pays a real invoice to changed account details, in office hours and to the dollar.',
  cases: 198,
  payments: 1.4,
  victims: [['BUSINESS_OWNERS', 1]],
  losses: [{ mean: 700_000, sigma: 1 }],
  lateness: 1.2,
  words: 'BUSINESS_EMAIL',
  play(scene) {
    const { stream } = scene;
    const payments = scene.size < 0.6 ? 1 : scene.count(2, 2);
    scene.divide(payments, 1);
    const payee = stream.chance(0.6) ? scene.underworld.shellAccount(stream) : scene.mule();
    for (let k = 0; k < payments; k += 1) {
      scene.until(9 + stream.below(9));
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      scene.sleep(3);
    }
  },
};
