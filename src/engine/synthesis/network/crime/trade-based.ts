import { Format, Purpose } from '../transfers.js';
import { type Script } from './script.js';

export const TRADE_BASED: Script = {
  name: 'TRADE_BASED',
  title: 'Trade-based',
  description:
    'Goods are invoiced at too much or not sent at all: a company is paid from abroad and pays another for them.',
  fewest: 2,
  most: 10,
  sources: () => 0,
  play(scene, rows) {
    const company = scene.company();
    const origin = scene.abroad();
    let time = scene.onset;
    let held = 0;
    const sums = scene.split(scene.sum, (rows + 1) >> 1);
    for (let row = 0; row < rows; row += 1) {
      if (row % 2 === 0) {
        const cents = sums[row >> 1] ?? 100;
        time = scene.payAs(scene.after(time, 20), origin, company, cents, Format.Wire, Purpose.Trade);
        held += cents;
      } else {
        const supplier = scene.stream.chance(0.5) ? scene.abroad() : scene.shell();
        const cents = Math.max(1, Math.floor(held * scene.stream.between(0.82, 0.97)));
        time = scene.pay(scene.after(time, 20), company, supplier, cents);
        held -= cents;
      }
    }
    scene.integrate(company, held, time);
  },
};
