import { connect, placeOn } from './layers.js';
import { type Script } from './script.js';

/** After Altman et al. 2023 (see fan-out.ts). */
export const STACK: Script = {
  name: 'STACK',
  title: 'Stack',
  description:
    'A bipartite pattern with a further layer: several accounts pay several, which pay several more.',
  fewest: 6,
  most: 16,
  sources: (rows) => Math.max(2, Math.floor(rows / 5)),
  play(scene, rows) {
    const first = rows >> 1;
    const placed = placeOn(scene, Math.max(2, Math.floor(rows / 5)));
    const between = connect(scene, placed, Math.max(2, Math.floor(first / 2)), first);
    const last = connect(scene, between, Math.max(2, Math.floor(rows / 4)), rows - first);
    for (const { account, cents, time } of last) scene.integrate(account, cents, time);
  },
};
