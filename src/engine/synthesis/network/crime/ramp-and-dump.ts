import { Format, Purpose } from '../transfers.js';
import { type Script } from './script.js';

export const RAMP_AND_DUMP: Script = {
  name: 'RAMP_AND_DUMP',
  title: 'Ramp-and-dump nominees',
  description:
    'Nominees buy a share with the ring’s money, and the ring, which held it, is paid by the broker.',
  fewest: 5,
  most: 14,
  sources: () => 1,
  play(scene, rows) {
    const organiser = scene.mule();
    const broker = scene.broker();
    const nominees = Math.floor((rows - 1) / 2);
    let time = scene.place(organiser, scene.sum, scene.onset);
    let bought = 0;
    let latest = time;
    for (const cents of scene.split(scene.lessCommission(scene.sum), nominees)) {
      const nominee = scene.mule();
      time = scene.pay(scene.after(time, 3), organiser, nominee, cents);
      const spent = scene.lessCommission(cents);
      const paid = scene.payAs(scene.after(time, 10), nominee, broker, spent, Format.Fps, Purpose.Investment);
      latest = Math.max(latest, paid);
      bought += spent;
    }
    time = latest;
    for (const cents of scene.split(scene.lessCommission(bought), rows - 2 * nominees)) {
      time = scene.payAs(scene.after(time, 30), broker, organiser, cents, Format.Fps, Purpose.Investment);
      scene.integrate(organiser, cents, time);
    }
  },
};
