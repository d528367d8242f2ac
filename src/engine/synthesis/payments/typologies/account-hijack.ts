import { rounded } from '../behaviour/amounts.js';
import { type Typology } from './typology.js';

/** A friend's hijacked messenger account: "can you move some money for me, I will pay you back tonight". */
export const accountHijack: Typology = {
  name: 'ACCOUNT_HIJACK',
  title: 'Hijacked messenger account',
  description:
    'Somebody writes from a friend’s hijacked account and asks for a loan until tonight: a round sum to "a supplier", now and then a second one.',
  cases: 1_500,
  payments: 1.45,
  victims: [['ANYONE', 1]],
  losses: [{ mean: 70_000, sigma: 0.9 }],
  lateness: 0.3,
  words: 'ACCOUNT_HIJACK',
  play(scene) {
    const payments = scene.size < 0.55 ? 1 : scene.count(2, 2);
    scene.divide(payments, 0.9);
    const payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, rounded(scene.parts[k] ?? 0))) return;
      scene.wait(900, 9_000);
    }
  },
};
