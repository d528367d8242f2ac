import { type Typology } from './typology.js';

/** "Your free insurance ends today and will be charged": to cancel it, one transfer after another, on the line. */
export const fakeCustomerService: Typology = {
  name: 'FAKE_CUSTOMER_SERVICE',
  title: 'Fake customer service call',
  description:
    'A caller from a "payment platform" helps to cancel a subscription that never was: the victim stays on the line and makes transfer after transfer within an hour or two.',
  cases: 3_993,
  payments: 3,
  victims: [['NO_STUDENTS', 1]],
  losses: [{ mean: 160_000, sigma: 1.2 }],
  lateness: 0.3,
  words: 'FAKE_CUSTOMER_SERVICE',
  play(scene) {
    const { stream } = scene;
    const payments = scene.count(2, 4);
    scene.divide(payments, stream.between(0.9, 1.6));
    let payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      if (stream.chance(0.12)) scene.sleep(0.2);
      else scene.wait(240, 2_000);
      if (stream.chance(0.5)) payee = scene.mule();
    }
  },
};
