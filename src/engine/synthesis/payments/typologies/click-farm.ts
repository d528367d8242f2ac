import { DAY } from '../../calendar.js';
import { type Typology } from './typology.js';

/**
 * "Like three videos, earn HK$80": small payouts arrive and prove the job real. Then tasks need deposits, each larger
 * than the one before, to accounts that change.
 */
export const clickFarm: Typology = {
  name: 'CLICK_FARM',
  title: 'Click-farm job scam',
  description:
    'A job on line pays small sums at first; then deposits are asked for that grow each time, to accounts that change, until the victim has nothing left to get the earlier ones back with.',
  cases: 3_900,
  payments: 4.9,
  victims: [['ANYONE', 1]],
  losses: [{ mean: 280_000, sigma: 1.4 }],
  lateness: 0.8,
  words: 'CLICK_FARM',
  play(scene) {
    const { stream } = scene;
    // Where the first pay does not go into a wallet, it comes to the account that pays later.
    for (let payouts = stream.chance(0.55) ? 1 + stream.below(2) : 0; payouts > 0; payouts -= 1) {
      scene.payout(100 * stream.between(80, 400));
      scene.wait(1_200, 0.15 * DAY);
    }
    const payments = scene.count(3, 7);
    scene.divide(payments, stream.between(1.5, 2.6));
    let payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      if (k === 0 && stream.chance(0.35)) scene.payout((scene.parts[0] ?? 0) * stream.between(1.1, 1.3));
      if (stream.chance(0.45)) scene.sleep(0.3);
      else scene.wait(900, 0.2 * DAY);
      if (stream.chance(0.4)) payee = scene.mule();
    }
  },
};
