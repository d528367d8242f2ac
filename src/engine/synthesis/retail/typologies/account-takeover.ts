import { deviceAt, merchantOf } from '../behaviour.js';
import { DAY } from '../../calendar.js';
import { Category, Channel, NO_DEVICE, REMOTE } from '../events.js';
import { type Typology } from './script.js';

const CASH = {
  channel: Channel.Atm,
  category: Category.Cash,
  intent: 0,
  device: NO_DEVICE,
  flags: 0,
} as const;

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
    const { stream, population, victim, care } = episode;
    const careful = stream.chance(0.35 + 0.4 * care);
    let time = episode.onset;
    if (!careful && stream.chance(0.6)) time = Math.floor(time / DAY) * DAY + stream.below(6 * 3600);
    const device = stream.chance(careful ? 0.2 : 0.55)
      ? 200 + stream.below(50)
      : deviceAt(stream, victim, time);
    const payments = 2 + stream.below(4);
    let payee = episode.mule(time);
    const machine = merchantOf(population, stream, stream.below(population.customers), Category.Cash);
    for (let k = 0; k < payments; k += 1) {
      if (stream.chance(0.25)) {
        // Cash drawn without a card, by a code from the app.
        const cash = stream.chance(0.5) ? 10_000 * (1 + stream.below(60)) : 100_000 * (1 + stream.below(20));
        if (!episode.emit({ ...CASH, customer: victim, time, payee: machine, amount: cash })) return;
        time += 120 + Math.floor(stream.exponential(1_500));
        continue;
      }
      const probing = k === 0 && stream.chance(0.3);
      const written = episode.emit({
        customer: victim,
        time,
        channel: stream.chance(0.5) ? Channel.FpsProxy : Channel.FpsAccount,
        category: Category.Person,
        payee,
        amount: probing ? Math.round(100 * stream.between(1, 200)) : 0,
        intent: probing ? 0 : careful ? stream.between(0.01, 0.12) : stream.between(0.05, 0.45),
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
