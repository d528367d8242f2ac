import { Format, Purpose } from '../transfers.js';
import { type Script } from './script.js';

export const STORED_VALUE: Script = {
  name: 'STORED_VALUE',
  title: 'Stored value',
  description: 'Purses are topped up below their cap and emptied into other accounts.',
  fewest: 4,
  most: 14,
  sources: () => 1,
  play(scene, rows) {
    const source = scene.mule();
    const topUps = rows >> 1;
    // A purse holds HK$3,000 at most (td.gov.hk); people top up by round sums.
    const sums = Array.from({ length: topUps }, () => (3 + scene.stream.below(28)) * 10_000);
    const total = sums.reduce((sum, cents) => sum + cents, 0);
    let time = scene.place(source, total, scene.onset);
    const purse = scene.purse();
    for (const cents of sums)
      time = scene.payAs(scene.after(time, 3), source, purse, cents, Format.StoredValue, Purpose.TopUp);
    for (const cents of scene.split(scene.lessCommission(total), rows - topUps)) {
      const to = scene.mule();
      time = scene.payAs(scene.after(time, 5), purse, to, cents, Format.StoredValue, Purpose.Personal);
      scene.integrate(to, cents, time);
    }
  },
};
