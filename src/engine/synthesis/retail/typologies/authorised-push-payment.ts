import { DAY } from '../../calendar.js';
import { cents, deviceAt, newAccount, rounded } from '../behaviour.js';
import { Category, Channel, REMOTE } from '../events.js';
import { type Episode, type Typology } from './script.js';

/**
 * The victim pays of his own will, from his own device, to somebody he has never paid. Three courses: a purchase
 * that never arrives (one modest sum), a click-farm job (deposits that escalate from small sums), and the caller
 * or "investment" that asks for a large part of the account within days.
 */
export const authorisedPushPayment: Typology = {
  name: 'AUTHORISED_PUSH_PAYMENT',
  title: 'Authorised push payment scam',
  description:
    'A victim is deceived into paying a new payee over FPS: shopping scams, click-farm deposits that escalate, callers and investments that take large parts of the account.',
  play(episode) {
    const kind = episode.stream.uniform();
    if (kind < 0.6) shopping(episode);
    else if (kind < 0.85) clickFarm(episode);
    else largeSums(episode);
  },
};

function pay(episode: Episode, time: number, payee: number, amount: number, intent: number): boolean {
  const { stream, victim } = episode;
  return episode.emit({
    customer: victim,
    time,
    channel: stream.chance(0.6) ? Channel.FpsProxy : Channel.FpsAccount,
    category: Category.Person,
    payee,
    amount,
    intent,
    device: deviceAt(stream, victim, time),
    flags: REMOTE,
  });
}

function shopping(episode: Episode): void {
  const { stream, population, victim, onset } = episode;
  // Most such sellers also sell: their account is one that honest buyers pay, too.
  const payee = stream.chance(0.6) ? newAccount(population, stream, onset) : episode.mule(onset);
  const scale = population.scale[victim] ?? 1;
  const amount = rounded(cents(scale * stream.lognormal(2_600, 1.1)));
  if (!pay(episode, onset, payee, amount, 0)) return;
  // "Customs duty", asked for once the first sum has been paid.
  if (stream.chance(0.4))
    pay(
      episode,
      onset + 1_800 + stream.below(2 * DAY),
      payee,
      Math.round(amount * stream.between(0.3, 1.5)),
      0,
    );
}

function clickFarm(episode: Episode): void {
  const { stream, population, victim } = episode;
  let amount = cents((population.scale[victim] ?? 1) * stream.lognormal(450, 0.7));
  let time = episode.onset;
  let payee = episode.mule(time);
  const deposits = 3 + stream.below(5);
  for (let k = 0; k < deposits; k += 1) {
    if (!pay(episode, time, payee, rounded(amount), 0)) return;
    amount *= stream.between(1.3, 3.2);
    time += 900 + Math.floor(stream.exponential(0.45 * DAY));
    if (stream.chance(0.35)) payee = episode.mule(time);
  }
}

function largeSums(episode: Episode): void {
  const { stream } = episode;
  let share = stream.between(0.03, 0.3);
  let time = episode.onset;
  let payee = episode.mule(time);
  const payments = 1 + stream.below(4);
  for (let k = 0; k < payments; k += 1) {
    if (!pay(episode, time, payee, 0, share)) return;
    share = Math.min(0.9, share * stream.between(0.9, 2));
    time += 1_200 + Math.floor(stream.exponential(1.2 * DAY));
    if (stream.chance(0.4)) payee = episode.mule(time);
  }
}
