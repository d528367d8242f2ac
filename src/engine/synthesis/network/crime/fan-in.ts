import { type Script } from './script.js';

/** After Altman et al. 2023 (see fan-out.ts). */
export const FAN_IN: Script = {
  name: 'FAN_IN',
  title: 'Fan-in',
  description: 'Many accounts, each with a part of the money, pay it to one.',
  fewest: 3,
  most: 12,
  sources: (rows) => rows,
  play(scene, rows) {
    const hub = scene.mule();
    let latest = scene.onset;
    let total = 0;
    for (const cents of scene.split(scene.sum, rows)) {
      const smurf = scene.mule();
      const arrived = scene.place(smurf, cents, scene.after(scene.onset, 14));
      const passed = scene.lessCommission(cents);
      latest = Math.max(latest, scene.pay(scene.after(arrived, 6), smurf, hub, passed));
      total += passed;
    }
    scene.integrate(hub, total, latest);
  },
};
