import { type Typology } from './typology.js';

/**
 * A group chat with a "professor" and an app that shows gains. A first sum may even be paid out; then the victim
 * adds to it over days, and at the end pays a "tax" to get it out.
 */
export const investment: Typology = {
  name: 'INVESTMENT',
  title: 'Investment scam with an app',
  description:
    'An app shows gains that do not exist: sums grow over days or weeks, to personal and company accounts; an early withdrawal may be paid out to win trust.',
  cases: 3_400,
  payments: 4.4,
  victims: [['ANYONE', 1]],
  losses: [{ mean: 563_000, sigma: 1.4 }],
  lateness: 1.8,
  words: 'INVESTMENT',
  play(scene) {
    const { stream } = scene;
    const payments = scene.count(2, 7);
    scene.divide(payments, stream.between(1.1, 2.1));
    let payee = stream.chance(0.3) ? scene.underworld.shellAccount(stream) : scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      if (k === 0 && stream.chance(0.3)) scene.payout((scene.parts[0] ?? 0) * stream.between(0.1, 0.6));
      if (stream.chance(0.7)) scene.sleep(1.5);
      else scene.wait(1_200, 9_000);
      if (stream.chance(0.5)) payee = scene.mule();
    }
  },
};
