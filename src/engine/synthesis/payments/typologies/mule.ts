import { DAY } from '../../calendar.js';
import { Category, Channel, InflowKind, OVERSEAS, REMOTE } from '../events.js';
import { Role } from '../frauds.js';
import { PAYMENT_CONNECT_DAY_LIMIT } from '../limits.js';
import { typed } from '../behaviour/amounts.js';
import { organisationOf } from '../behaviour/payees.js';
import { type Scene } from './scene.js';
import { type Typology } from './typology.js';

/** Cash machines give at most HK$20,000 a day on a card (a usual limit, convention of this preset). */
const NOTES_A_DAY = 200;
/** Victims at other banks: what they send to one mule account, HKD; convention of this preset. */
const SENT = { mean: 12_000, sigma: 1.4 };

/**
 * An account bought, lent or given up under threat sleeps, then takes in what victims send (some of them customers of
 * this bank, most of others), and hands it on within minutes or hours: to the next account of the chain, to a shell
 * company's, or out, in cash, into a stored value purse, into virtual assets or over the border. No more goes out
 * than came in.
 */
export const mule: Typology = {
  name: 'MULE',
  title: 'Mule account',
  description:
    'A dormant account takes in victims’ money in a burst and passes it on, part by part: to further mules at other banks, to a shell company’s hub, or out by cash machine, stored value, virtual assets or Payment Connect.',
  cases: 3_000,
  payments: 5.4,
  victims: [['MULE_HOLDERS', 1]],
  losses: [],
  lateness: 1.3,
  words: 'MULE_RECRUITMENT',
  play(scene) {
    const { stream } = scene;
    // Whoever bought the account holds the phone; whoever lent it, or is made to, acts with an own one.
    const bought = stream.chance(0.45 * (1 - 0.5 * scene.care));
    const device = bought ? scene.strangeDevice() : scene.ownDevice();
    const hasty = stream.chance(0.6 - 0.45 * scene.care);
    const hub = stream.chance(0.12) ? scene.underworld.shellAccount(stream) : -1;
    const exit = stream.uniform();
    collect(scene);
    let held = 0;
    for (let k = 0; k < scene.takings; k += 1) {
      held += scene.takingAmount[k] ?? 0;
      scene.now = Math.max(scene.now, scene.takingTime[k] ?? 0);
      if (scene.now >= scene.within.end) break;
      // Some wait until more has come in.
      if (k < scene.takings - 1 && stream.chance(0.3)) continue;
      // The patient let a day go by, so that nothing seems to pass through.
      if (!hasty && stream.chance(0.4)) scene.sleep(0.7);
      else scene.wait(180, hasty ? 2_400 : 20_000);
      const parts = 1 + stream.below(2);
      for (let part = 0; part < parts && held > 20_000; part += 1) {
        const wanted = held * (part === parts - 1 ? stream.between(0.8, 1) : stream.between(0.3, 0.7));
        const out = passOn(scene, wanted, hub, exit, device);
        if (out === 0) return;
        held -= out;
        scene.wait(120, hasty ? 1_500 : 20_000);
      }
    }
  },
};

/** What victims at other banks send, beside what came from customers of this one. */
function collect(scene: Scene): void {
  const { stream } = scene;
  const senders = Math.max(scene.takings === 0 ? 1 : 0, 1 + Math.floor(6 * scene.size) - scene.takings);
  let time = scene.now;
  for (let k = 0; k < senders; k += 1) {
    const cents = 100 * stream.lognormal(SENT.mean, SENT.sigma);
    scene.take(time, typed(stream, Math.round(cents)), InflowKind.TransferReceived);
    time += 300 + Math.floor(stream.exponential(stream.chance(0.5) ? 0.12 * DAY : 0.8 * DAY));
  }
}

/** One payment out of the account of at most `wanted` cents; what it came to, 0 when the case is over. */
function passOn(scene: Scene, wanted: number, hub: number, exit: number, device: number): number {
  const { stream } = scene;
  if (hub >= 0 && stream.chance(0.7))
    return send(scene, Role.MuleRelay, hub, Category.Person, wanted, device);
  if (stream.chance(0.5)) return send(scene, Role.MuleRelay, scene.mule(), Category.Person, wanted, device);
  if (exit < 0.4) {
    const notes = Math.min(NOTES_A_DAY, Math.floor(wanted / 10_000));
    return notes < 1
      ? send(scene, Role.MuleRelay, scene.mule(), Category.Person, wanted, device)
      : scene.cash(Role.MuleExit, notes, false)
        ? 10_000 * notes
        : 0;
  }
  if (exit < 0.55) return topUp(scene, wanted, device);
  if (exit < 0.85) {
    const category = stream.chance(0.1) ? Category.VirtualAsset : Category.Person;
    return send(scene, Role.MuleExit, scene.seller(), category, wanted, device);
  }
  const most = Math.min(wanted, PAYMENT_CONNECT_DAY_LIMIT * stream.between(0.1, 1));
  const cents = typedAtMost(scene, most);
  const written = scene.emit(
    Role.MuleExit,
    Channel.CrossBorder,
    stream.chance(0.7) ? Category.Remittance : Category.Person,
    scene.seller(),
    cents,
    0,
    device,
    REMOTE | OVERSEAS,
  );
  return written ? cents : 0;
}

/** A purse is filled from the account, to be spent or sold: in the sums that everybody tops up by. */
function topUp(scene: Scene, wanted: number, device: number): number {
  const sums = [20_000, 30_000, 50_000, 100_000] as const;
  const cents = Math.min(
    sums[scene.stream.below(sums.length)] ?? 50_000,
    10_000 * Math.floor(wanted / 10_000),
  );
  const payee = organisationOf(scene.population, 0, 0);
  return scene.emit(Role.MuleExit, Channel.StoredValue, Category.TopUp, payee, cents, 0, device, REMOTE)
    ? cents
    : 0;
}

function send(
  scene: Scene,
  role: number,
  payee: number,
  category: number,
  wanted: number,
  device: number,
): number {
  const cents = typedAtMost(scene, wanted);
  return scene.remit(role, payee, category, cents, device) ? cents : 0;
}

/** A sum as people type it that is no more than there is: whole dollars where the rounded one would be. */
function typedAtMost(scene: Scene, most: number): number {
  const cents = typed(scene.stream, Math.floor(most));
  return cents <= most ? cents : Math.max(100, 100 * Math.floor(most / 100));
}
