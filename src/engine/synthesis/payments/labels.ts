import { DAY } from '../calendar.js';
import { deriveKey, Stream } from '../random.js';
import { Channel, REMOTE, type Events } from './events.js';
import { NEVER, Role, type Frauds } from './frauds.js';
import { TYPOLOGIES } from './typologies/index.js';

/** No typology, no role: an honest payment, as far as is known. */
export const NONE = 255;
/** Of false reports, those of payments that look odd (made remotely); the others are of any payment by card or transfer. */
const ODD = 0.6;
const SHOPPING = TYPOLOGIES.findIndex(({ name }) => name === 'SHOPPING');
const CARD_NOT_PRESENT = TYPOLOGIES.findIndex(({ name }) => name === 'CARD_NOT_PRESENT');
const STOLEN_CARD = TYPOLOGIES.findIndex(({ name }) => name === 'STOLEN_CARD');

/** Labels of a block of payments; columns are used again by the next block. */
export interface Labels {
  /** 1 where the payment is held for a fraud */
  readonly fraud: Uint8Array;
  /** index into TYPOLOGIES, or NONE */
  readonly typology: Uint8Array;
  /** index into ROLES, or NONE */
  readonly role: Uint8Array;
  /** number of the case (Episodes.number), or −1 */
  readonly episode: Int32Array;
  /** seconds, or −1: not reported by then */
  readonly reportedAt: Int32Array;
}

export function labelsOf(rows: number): Labels {
  return {
    fraud: new Uint8Array(rows),
    typology: new Uint8Array(rows),
    role: new Uint8Array(rows),
    episode: new Int32Array(rows),
    reportedAt: new Int32Array(rows),
  };
}

/** What is true of payments `from … to`: written to places `0 … to − from`. `reportedAt` is what will ever be reported. */
export function trueLabels(frauds: Frauds, origin: Int32Array, from: number, to: number, into: Labels): void {
  for (let row = from, at = 0; row < to; row += 1, at += 1) {
    const place = origin[row] ?? -1;
    if (place < 0) clear(into, at);
    else write(frauds, place, into, at);
  }
}

/**
 * What is known of payments by a moment: frauds reported until then, and the honest payments that were wrongly
 * reported. A later moment adds labels and takes none away, whatever the blocks in which payments come.
 *
 * False reports are as many as `Frauds.falseReports`, spread by the split's key over its honest payments: a buyer who
 * quarrels, a customer who has forgotten.
 */
export class KnownLabels {
  private readonly targets: Float64Array;
  private readonly stream: Stream;
  private honest = 0;
  private next = 0;
  private waiting = 0;

  /**
   * @param honestRows honest payments of the split, all of which come through `block`, in time order
   * @param cutOff seconds; for the truth of an evaluation see `trueLabels`
   * @param delayDays mean days until a false report
   */
  constructor(
    private readonly frauds: Frauds,
    key: Uint8Array,
    honestRows: number,
    private readonly cutOff: number,
    private readonly delayDays: number,
  ) {
    this.stream = new Stream(deriveKey(key, 'false reports'));
    const count = frauds.falseReports.length;
    this.targets = new Float64Array(count);
    for (let k = 0; k < count; k += 1) this.targets[k] = Math.floor(honestRows * this.stream.uniform());
    this.targets.sort();
  }

  /** Payments `from … to`: written to places `0 … to − from`. */
  block(events: Events, origin: Int32Array, from: number, to: number, into: Labels): void {
    const { frauds, targets } = this;
    for (let row = from, at = 0; row < to; row += 1, at += 1) {
      clear(into, at);
      const place = origin[row] ?? -1;
      if (place >= 0) {
        if ((frauds.reportedAt[place] ?? NEVER) <= this.cutOff) write(frauds, place, into, at);
        continue;
      }
      while (
        this.next + this.waiting < targets.length &&
        (targets[this.next + this.waiting] ?? 0) <= this.honest
      )
        this.waiting += 1;
      this.honest += 1;
      if (this.waiting > 0) this.accuse(events, row, into, at);
    }
  }

  /** One false report falls on this payment, if it is one that somebody would report. */
  private accuse(events: Events, row: number, into: Labels, at: number): void {
    const channel = events.channel[row] ?? 0;
    const remote = ((events.flags[row] ?? 0) & REMOTE) !== 0;
    const transfer = channel === Channel.FpsProxy || channel === Channel.FpsAccount;
    const { frauds, stream } = this;
    stream.rekey(this.next, 1);
    const odd = stream.chance(ODD);
    if (!(transfer || channel === Channel.CreditCard || channel === Channel.DebitCard)) return;
    if (odd && !remote) return;
    const number = frauds.falseReports[this.next] ?? 0;
    this.next += 1;
    this.waiting -= 1;
    const time = (events.time[row] ?? 0) + 3_600 + Math.floor(stream.exponential(this.delayDays * DAY));
    if (time > this.cutOff) return;
    into.fraud[at] = 1;
    into.typology[at] = transfer ? SHOPPING : remote ? CARD_NOT_PRESENT : STOLEN_CARD;
    into.role[at] = transfer ? Role.Victim : Role.Impostor;
    into.episode[at] = number;
    into.reportedAt[at] = time;
  }
}

function clear(into: Labels, at: number): void {
  into.fraud[at] = 0;
  into.typology[at] = NONE;
  into.role[at] = NONE;
  into.episode[at] = -1;
  into.reportedAt[at] = -1;
}

function write(frauds: Frauds, place: number, into: Labels, at: number): void {
  const reported = frauds.reportedAt[place] ?? NEVER;
  into.fraud[at] = 1;
  into.typology[at] = frauds.typology[place] ?? NONE;
  into.role[at] = frauds.role[place] ?? NONE;
  into.episode[at] = frauds.episodes.number[frauds.episode[place] ?? 0] ?? -1;
  into.reportedAt[at] = reported === NEVER ? -1 : reported;
}
