import { notes } from '../honest/amounts.js';
import { Format, Purpose } from '../transfers.js';
import { type Script } from './script.js';

export const STRUCTURING: Script = {
  name: 'STRUCTURING',
  title: 'Structuring',
  description:
    'Cash is paid in by parts that stay below a sum at which questions are asked, at several counters, and collected.',
  fewest: 3,
  most: 14,
  sources: () => 0,
  play(scene, rows) {
    // From HK$120,000 on an occasional cash transaction calls for customer due diligence (Cap. 615, schedule 2).
    const collector = scene.mule();
    const depositors = Math.max(1, Math.floor((rows - 1) / 3));
    const deposits = rows - depositors;
    const mules = Array.from({ length: depositors }, () => scene.mule());
    const held = mules.map(() => 0);
    const until = mules.map(() => scene.onset);
    const ceiling = scene.stream.chance(0.4) ? 119_000 : scene.stream.between(12_000, 80_000);
    let time = scene.onset;
    for (let deposit = 0; deposit < deposits; deposit += 1) {
      const place = deposit % depositors;
      const mule = mules[place] ?? collector;
      const cents = notes(scene.stream, ceiling * scene.stream.between(0.6, 1) - 500);
      time = scene.after(time, 6);
      time = scene.payAs(time, scene.cashDesk(mule), mule, cents, Format.Cash, Purpose.CashDeposit);
      until[place] = time;
      held[place] = (held[place] ?? 0) + cents;
    }
    mules.forEach((mule, place) => {
      const passed = scene.lessCommission(held[place] ?? 0);
      const paid = scene.pay(scene.after(until[place] ?? time, 12), mule, collector, passed);
      scene.integrate(collector, passed, paid);
    });
  },
};
