import { Occupation } from '../../population/attributes.js';
import { type Typology } from './typology.js';

/**
 * "This is the Public Security Bureau": the victim is a suspect, must tell nobody, and pays bail and "verification"
 * over days. Mainland students are sought out, and pay with what their parents send.
 */
export const fakeOfficial: Typology = {
  name: 'FAKE_OFFICIAL',
  title: 'Fake official call',
  description:
    'Callers pose as officers, hold the victim in fear and secrecy for days, and collect bail in several large transfers; students from the Mainland are the first target.',
  cases: 939,
  payments: 3.47,
  victims: [
    ['MAINLAND_STUDENTS', 0.39],
    ['LOCAL_STUDENTS', 0.26],
    ['NO_STUDENTS', 0.35],
  ],
  // Mainland students, local students (hk01), everyone else (so that telephone deception meets its mean).
  losses: [
    { mean: 690_000, sigma: 0.6 },
    { mean: 176_000, sigma: 0.6 },
    { mean: 600_000, sigma: 0.9 },
  ],
  lossOf(scene) {
    const occupation = scene.population.people.occupation[scene.victim];
    return occupation === Occupation.MainlandStudent ? 0 : occupation === Occupation.LocalStudent ? 1 : 2;
  },
  lateness: 0.7,
  words: 'FAKE_OFFICIAL',
  play(scene) {
    const { stream } = scene;
    const payments = scene.count(2, 5);
    scene.divide(payments, stream.between(1, 2));
    let payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      if (!scene.transfer(payee, scene.parts[k] ?? 0)) return;
      if (stream.chance(0.5)) scene.sleep(0.6);
      else scene.wait(1_800, 10_000);
      if (stream.chance(0.4)) payee = scene.mule();
    }
  },
};
