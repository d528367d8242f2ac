import { type Script } from './script.js';

/** After Altman et al. 2023 (see fan-out.ts). */
export const RANDOM_WALK: Script = {
  name: 'RANDOM_WALK',
  title: 'Random walk',
  description: 'As a cycle, but the money never comes back.',
  fewest: 3,
  most: 9,
  sources: () => 1,
  play(scene, rows) {
    let from = scene.mule();
    let cents = scene.sum;
    let time = scene.place(from, cents, scene.onset);
    for (let hop = 1; hop <= rows; hop += 1) {
      const to = scene.stream.chance(0.2) ? scene.company() : scene.mule();
      cents = scene.lessCommission(cents);
      time = scene.pay(scene.after(time, 9), from, to, cents);
      from = to;
    }
    scene.integrate(from, cents, time);
  },
};
