import { type Typology } from './typology.js';

/** A concert is sold out; a stranger has two tickets left, and wants to be paid tonight. */
export const ticket: Typology = {
  name: 'TICKET',
  title: 'Ticket scam',
  description:
    'Tickets to a sold-out show are offered by a stranger: a deposit in the evening, the rest before the ticket is "released".',
  cases: 1_349,
  payments: 1.6,
  victims: [['ANYONE', 1]],
  losses: [{ mean: 4_500, sigma: 0.8 }],
  lateness: 0.8,
  words: 'TICKET',
  play(scene) {
    const { stream } = scene;
    if (stream.chance(0.4)) scene.until(18 + stream.below(5));
    const payee = stream.chance(0.45) ? scene.seller() : scene.mule();
    const payments = scene.size < 0.4 ? 1 : scene.count(2, 2);
    scene.divide(payments, 1.1);
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      scene.wait(300, 7_200);
    }
  },
};
