import { DAY } from '../../calendar.js';
import { Category, Channel, InflowKind, NO_DEVICE, REMOTE } from '../events.js';
import { Role } from '../frauds.js';
import { PAYMENT_CONNECT_DAY_LIMIT } from '../limits.js';
import { rounded } from '../behaviour/amounts.js';
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
    scene.take(time, stream.chance(0.6) ? rounded(cents) : Math.round(cents), InflowKind.TransferReceived);
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
  if (exit < 0.6) {
    // A stored value account takes the money by FPS and spends it elsewhere.
    const cents = Math.min(wanted, 100 * stream.between(500, 3_000));
    return send(scene, Role.MuleExit, scene.seller(), Category.Person, cents, device);
  }
  if (exit < 0.85) return send(scene, Role.MuleExit, scene.seller(), Category.VirtualAsset, wanted, device);
  const cents =
    Math.floor(Math.min(wanted, PAYMENT_CONNECT_DAY_LIMIT * stream.between(0.3, 1)) / 10_000) * 10_000;
  const written =
    cents > 0 &&
    scene.emit(
      Role.MuleExit,
      Channel.CrossBorder,
      Category.Remittance,
      scene.seller(),
      cents,
      0,
      device === NO_DEVICE ? scene.ownDevice() : device,
      REMOTE,
    );
  return written ? cents : 0;
}

function send(
  scene: Scene,
  role: number,
  payee: number,
  category: number,
  wanted: number,
  device: number,
): number {
  const cents = scene.stream.chance(0.55)
    ? Math.min(rounded(wanted), Math.floor(wanted))
    : Math.floor(wanted);
  return scene.remit(role, payee, category, cents, device) ? cents : 0;
}
