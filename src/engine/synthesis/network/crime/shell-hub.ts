import { type Script } from './script.js';

export const SHELL_HUB: Script = {
  name: 'SHELL_HUB',
  title: 'Shell-company hub',
  description: 'Mules pay a shell company, which pays other shells or abroad under invoices for nothing.',
  fewest: 4,
  most: 14,
  sources: (rows) => (rows + 1) >> 1,
  play(scene, rows) {
    const hub = scene.shell();
    const payers = (rows + 1) >> 1;
    let latest = scene.onset;
    let total = 0;
    for (const cents of scene.split(scene.sum, payers)) {
      const mule = scene.mule();
      const arrived = scene.place(mule, cents, scene.after(scene.onset, 14));
      const passed = scene.lessCommission(cents);
      latest = Math.max(latest, scene.pay(scene.after(arrived, 6), mule, hub, passed));
      total += passed;
    }
    let time = latest;
    for (const cents of scene.split(scene.lessCommission(total), rows - payers)) {
      const away = scene.stream.chance(0.45);
      const to = away ? scene.abroad() : scene.stream.chance(0.5) ? scene.shell() : scene.company();
      time = scene.pay(scene.after(time, 14), hub, to, cents);
      if (!away) scene.integrate(to, cents, time);
    }
  },
};
