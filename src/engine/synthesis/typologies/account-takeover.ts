import { deviceAt } from '../behaviour.js';
import { DAY } from '../calendar.js';
import { Category, Channel, REMOTE } from '../events.js';
import { type Typology } from './script.js';

/**
 * Somebody else is in the account: a new device, or the customer's own phone under a screen-sharing session. The
 * account is drained in parts within the hour or, by the careful, over some days and at the customer's own hours.
 */
export const accountTakeover: Typology = {
  name: 'ACCOUNT_TAKEOVER',
  title: 'Account takeover and drain',
  description:
    'Credentials or a screen-sharing session give a fraudster the account, which is emptied in parts by FPS to mule accounts, mostly from a device not seen before and often at night.',
  play(episode) {
    const { stream, victim, care } = episode;
    const careful = stream.chance(0.25 + 0.3 * care);
    let time = episode.onset;
    if (!careful && stream.chance(0.6)) time = Math.floor(time / DAY) * DAY + stream.below(6 * 3600);
    const device = stream.chance(careful ? 0.35 : 0.65)
      ? 200 + stream.below(50)
      : deviceAt(stream, victim, time);
    const payments = 2 + stream.below(4);
    let payee = episode.mule(time);
    for (let k = 0; k < payments; k += 1) {
      const probing = k === 0 && stream.chance(0.3);
      const written = episode.emit({
        customer: victim,
        time,
        channel: stream.chance(0.5) ? Channel.FpsProxy : Channel.FpsAccount,
        category: Category.Person,
        payee,
        amount: probing ? Math.round(100 * stream.between(1, 200)) : 0,
        intent: probing ? 0 : careful ? stream.between(0.02, 0.2) : stream.between(0.1, 0.5),
        device,
        flags: REMOTE,
      });
      if (!written) return;
      time += careful
        ? 1_800 + Math.floor(stream.exponential(0.6 * DAY))
        : 60 + Math.floor(stream.exponential(700));
      if (stream.chance(0.4)) payee = episode.mule(time);
    }
  },
};
