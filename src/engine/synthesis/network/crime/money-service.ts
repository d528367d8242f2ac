import { Format, Purpose } from '../transfers.js';
import { type Script } from './script.js';

export const MONEY_SERVICE: Script = {
  name: 'MONEY_SERVICE',
  title: 'Money service',
  description: 'Accounts pay a money service, which pays the same money out abroad or to others here.',
  fewest: 3,
  most: 10,
  sources: (rows) => (rows + 1) >> 1,
  play(scene, rows) {
    const service = scene.moneyService();
    const payers = (rows + 1) >> 1;
    let latest = scene.onset;
    let total = 0;
    for (const cents of scene.split(scene.sum, payers)) {
      const mule = scene.mule();
      const arrived = scene.place(mule, cents, scene.after(scene.onset, 12));
      const passed = scene.lessCommission(cents);
      latest = Math.max(
        latest,
        scene.payAs(scene.after(arrived, 5), mule, service, passed, Format.Fps, Purpose.Remittance),
      );
      total += passed;
    }
    let time = latest;
    for (const cents of scene.split(scene.lessCommission(total), rows - payers)) {
      time = scene.after(time, 8);
      if (scene.stream.chance(0.6))
        time = scene.payAs(time, service, scene.abroad(), cents, Format.Wire, Purpose.Remittance);
      else {
        const to = scene.mule();
        time = scene.payAs(time, service, to, cents, Format.Fps, Purpose.Remittance);
        scene.integrate(to, cents, time);
      }
    }
  },
};
