import { type Script } from './script.js';

/** After Altman et al. 2023 (see fan-out.ts). */
export const CYCLE: Script = {
  name: 'CYCLE',
  title: 'Cycle',
  description: 'The money goes from account to account and comes back to the first.',
  fewest: 3,
  most: 9,
  sources: () => 1,
  play(scene, rows) {
    const first = scene.mule();
    let time = scene.place(first, scene.sum, scene.onset);
    let cents = scene.sum;
    let from = first;
    for (let hop = 1; hop <= rows; hop += 1) {
      const to = hop === rows ? first : scene.mule();
      cents = scene.lessCommission(cents);
      time = scene.pay(scene.after(time, 9), from, to, cents);
      from = to;
    }
    scene.integrate(first, cents, time);
  },
};
