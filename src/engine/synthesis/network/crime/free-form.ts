import { type Holding } from './layers.js';
import { type Script } from './script.js';

/** What follows none of the eight patterns: 81% of the laundering rows of the AMLworld data. */
export const FREE_FORM: Script = {
  name: 'FREE_FORM',
  title: 'Free form',
  description:
    'Money comes in, moves on in no shape that has a name, and goes into goods, assets, cash or abroad.',
  fewest: 1,
  most: 24,
  sources: () => 0,
  play(scene, rows) {
    const holdings: Holding[] = [];
    const placements = Math.max(1, Math.min(rows, Math.floor(rows * scene.stream.between(0.2, 0.6))));
    for (const cents of scene.split(scene.sum, placements)) {
      const account = scene.mule();
      holdings.push({ account, cents, time: scene.place(account, cents, scene.after(scene.onset, 20)) });
    }
    for (let row = placements; row < rows; row += 1) {
      const holding = holdings[scene.stream.below(holdings.length)];
      if (holding === undefined) return;
      const all = holding.cents < 20_000 || scene.stream.chance(0.55);
      const cents = all
        ? scene.lessCommission(holding.cents)
        : Math.max(1, scene.split(holding.cents, 2)[0] ?? 1);
      const time = scene.after(holding.time, 10);
      // An account that has passed everything on brings in more: so no row moves what is not there.
      if (holding.cents < 5_000) {
        const more = Math.max(50_000, Math.floor(scene.sum / rows));
        holding.time = scene.place(holding.account, more, time);
        holding.cents += more;
        continue;
      }
      const to = scene.destination(holding.account);
      const arrived = scene.pay(time, holding.account, to, cents);
      holding.cents -= cents;
      holding.time = arrived;
      if (to < scene.parties.institutions || scene.isShop(to)) continue;
      const known = holdings.find(({ account }) => account === to);
      if (known === undefined) holdings.push({ account: to, cents, time: arrived });
      else {
        known.cents += cents;
        known.time = Math.max(known.time, arrived);
      }
    }
  },
};
