import { type Script } from './script.js';

/** After Altman et al. 2023 (see fan-out.ts): a fan-in followed by a fan-out of the same account. */
export const GATHER_SCATTER: Script = {
  name: 'GATHER_SCATTER',
  title: 'Gather-scatter',
  description: 'Many accounts pay one, which then pays many others.',
  fewest: 4,
  most: 14,
  sources: (rows) => rows >> 1,
  play(scene, rows) {
    const hub = scene.mule();
    const payers = rows >> 1;
    let latest = scene.onset;
    let total = 0;
    for (const cents of scene.split(scene.sum, payers)) {
      const smurf = scene.mule();
      const arrived = scene.place(smurf, cents, scene.after(scene.onset, 14));
      const passed = scene.lessCommission(cents);
      latest = Math.max(latest, scene.pay(scene.after(arrived, 5), smurf, hub, passed));
      total += passed;
    }
    let time = latest;
    for (const cents of scene.split(scene.lessCommission(total), rows - payers)) {
      const to = scene.mule();
      time = scene.pay(scene.after(time, 3), hub, to, cents);
      scene.integrate(to, cents, time);
    }
  },
};
