import { connect, placeOn } from './layers.js';
import { type Script } from './script.js';

/** After Altman et al. 2023 (see fan-out.ts). */
export const BIPARTITE: Script = {
  name: 'BIPARTITE',
  title: 'Bipartite',
  description: 'Several accounts pay several others, with nothing between them.',
  fewest: 4,
  most: 12,
  sources: (rows) => Math.max(2, Math.floor(rows / 3)),
  play(scene, rows) {
    const payers = Math.max(2, Math.floor(rows / 3));
    const payees = Math.max(2, Math.floor(rows / 2));
    for (const { account, cents, time } of connect(scene, placeOn(scene, payers), payees, rows))
      scene.integrate(account, cents, time);
  },
};
