import { DAY } from '../../calendar.js';
import { Role } from '../frauds.js';
import { type Typology } from './typology.js';

/**
 * Somebody else is in the account: through a new device, or on the customer's own telephone while its screen is
 * shared. It is drained in parts within the hour or, by the careful, over days and at the customer's own hours.
 */
export const accountTakeover: Typology = {
  name: 'ACCOUNT_TAKEOVER',
  title: 'Screen-share session, then drain',
  description:
    'An app that shares the screen, or stolen credentials, give a fraudster the account, which is emptied in parts to mule accounts and by cardless cash, from a new device or the customer’s own.',
  cases: 2_000,
  payments: 3.5,
  victims: [['ANYONE', 1]],
  losses: [],
  lateness: 0.3,
  words: 'SCREEN_SHARE',
  play(scene) {
    const { stream } = scene;
    const careful = stream.chance(0.3 + 0.5 * scene.care);
    if (!careful && stream.chance(0.5))
      scene.now = Math.floor(scene.now / DAY) * DAY + stream.below(6 * 3600);
    const device = stream.chance(careful ? 0.25 : 0.55) ? scene.strangeDevice() : scene.ownDevice();
    const payments = scene.count(2, 5);
    let payee = scene.mule();
    for (let k = 0; k < payments; k += 1) {
      const probing = k === 0 && stream.chance(0.3);
      const share = probing ? 0 : careful ? stream.between(0.02, 0.15) : stream.between(0.08, 0.5);
      const written = stream.chance(0.2)
        ? scene.cash(
            Role.Impostor,
            stream.chance(0.5) ? 1 + stream.below(40) : 10 * (1 + stream.below(15)),
            false,
          )
        : scene.drain(payee, share, probing ? 100 * stream.between(1, 200) : 0, device);
      if (!written) return;
      if (careful && stream.chance(0.5)) scene.sleep(0.4);
      else scene.wait(90, careful ? 9_000 : 1_200);
      if (stream.chance(0.4)) payee = scene.mule();
    }
  },
};
