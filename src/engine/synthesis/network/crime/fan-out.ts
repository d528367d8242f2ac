import { type Script } from './script.js';

/** After Altman et al., “Realistic Synthetic Financial Transactions for Anti-Money Laundering Models”, NeurIPS 2023 (datasets and benchmarks), where the eight patterns are defined as shapes of the graph of transfers. */
export const FAN_OUT: Script = {
  name: 'FAN_OUT',
  title: 'Fan-out',
  description: 'One account pays the money out to many.',
  fewest: 3,
  most: 12,
  sources: () => 1,
  play(scene, rows) {
    const source = scene.mule();
    let time = scene.place(source, scene.sum, scene.onset);
    for (const cents of scene.split(scene.lessCommission(scene.sum), rows)) {
      const to = scene.mule();
      time = scene.pay(scene.after(time, 3), source, to, cents);
      scene.integrate(to, scene.lessCommission(cents), time);
    }
  },
};
