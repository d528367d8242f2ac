import { Format, Purpose } from '../transfers.js';
import { type Script } from './script.js';

export const SWIFT_LAYERING: Script = {
  name: 'SWIFT_LAYERING',
  title: 'Layering by wire',
  description:
    'The money comes from one country to a company here, goes on to the next country, and comes back to another company.',
  fewest: 3,
  most: 8,
  sources: () => 0,
  play(scene, rows) {
    let country = scene.abroad();
    let company = scene.company();
    let cents = scene.sum;
    let time = scene.onset;
    for (let row = 0; row < rows; row += 1) {
      time = scene.after(time, 22);
      cents = scene.lessCommission(cents);
      if (row % 2 === 0) {
        company = scene.stream.chance(0.5) ? scene.shell() : scene.company();
        time = scene.payAs(time, country, company, cents, Format.Wire, Purpose.Trade);
      } else {
        country = scene.abroad();
        time = scene.payAs(time, company, country, cents, Format.Wire, Purpose.Trade);
      }
    }
    if (rows % 2 === 1) scene.integrate(company, cents, time);
  },
};
