import { type Script } from './script.js';

/** After Altman et al. 2023 (see fan-out.ts). */
export const SCATTER_GATHER: Script = {
  name: 'SCATTER_GATHER',
  title: 'Scatter-gather',
  description: 'One account pays several, and all of them pay the same other account.',
  fewest: 4,
  most: 14,
  sources: () => 1,
  play(scene, rows) {
    const source = scene.mule();
    const sink = scene.mule();
    const between = rows >> 1;
    let time = scene.place(source, scene.sum, scene.onset);
    let latest = time;
    let total = 0;
    // With an odd number of rows the first account between is paid in two parts.
    const pieces = scene.split(scene.lessCommission(scene.sum), rows - between);
    const odd = rows - between > between ? (pieces.pop() ?? 0) : 0;
    pieces.forEach((cents, place) => {
      const mule = scene.mule();
      time = scene.pay(scene.after(time, 2), source, mule, cents);
      let held = cents;
      if (place === 0 && odd > 0) {
        time = scene.pay(scene.after(time, 2), source, mule, odd);
        held += odd;
      }
      const passed = scene.lessCommission(held);
      latest = Math.max(latest, scene.pay(scene.after(time, 8), mule, sink, passed));
      total += passed;
    });
    scene.integrate(sink, total, latest);
  },
};
