import { type Typology } from './typology.js';

/** "Guess who this is?": a voice becomes a son or an old friend, who tomorrow needs bail, in a hurry. */
export const guessWho: Typology = {
  name: 'GUESS_WHO',
  title: 'Guess-who call',
  description:
    'A caller lets the victim, often elderly, guess a relative’s name, and a day later needs money at once: one to three transfers within hours.',
  cases: 1_677,
  payments: 2.03,
  victims: [
    ['OLDER', 0.7],
    ['NO_STUDENTS', 0.3],
  ],
  losses: [{ mean: 100_000, sigma: 1.1 }],
  lateness: 0.4,
  words: 'GUESS_WHO',
  play(scene) {
    const { stream } = scene;
    const payments = scene.size < 0.45 ? 1 : scene.count(2, 3);
    scene.divide(payments, 1.3);
    let payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      if (stream.chance(0.3)) scene.sleep(0.2);
      else scene.wait(1_200, 7_200);
      if (stream.chance(0.3)) payee = scene.mule();
    }
  },
};
