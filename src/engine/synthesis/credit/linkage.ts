import { type Applications } from './application.js';
import { F } from './features.js';
import { DAY } from './months.js';

const WINDOW = 30 * DAY;
/** The register shows an application to other lenders a day later. */
const LAG = DAY;
/** Rows whose memory is fetched together. */
const BATCH = 64;

/**
 * What applications have in common with others of the thirty days before: rows come in time order, those too old
 * drop out at the tail, and only rows that have passed are counted.
 */
export class Linkage {
  private readonly byDevice: Int32Array;
  private readonly byPhone: Int32Array;
  private readonly byAddress: Int32Array;
  private readonly byPerson: Int32Array;
  private readonly ring: Int32Array;
  private readonly capacity: number;
  private head = 0;
  private tail = 0;
  private shown = 0;
  private dropped = 0;
  /** keeps what `warm` reads from being optimised away */
  protected warmth = 0;

  /** @param most rows of any 31 days together, at most */
  constructor(people: number, devices: number, addresses: number, most: number) {
    this.byDevice = new Int32Array(devices);
    this.byPhone = new Int32Array(people);
    this.byPerson = new Int32Array(people);
    this.byAddress = new Int32Array(addresses);
    this.capacity = most + 1;
    this.ring = new Int32Array(5 * this.capacity);
  }

  /** Touches the counters of the next rows, so that the processor fetches them all at once. */
  private warm(rows: Applications, from: number, to: number): void {
    const { byDevice, byPhone, byAddress, byPerson } = this;
    let sum = 0;
    for (let row = from; row < to; row += 1) {
      sum += (byDevice[rows.device[row] ?? 0] ?? 0) + (byPhone[rows.phone[row] ?? 0] ?? 0);
      sum += (byAddress[rows.address[row] ?? 0] ?? 0) + (byPerson[rows.person[row] ?? 0] ?? 0);
    }
    sum += this.warmRing(this.tail) + this.warmRing(this.dropped);
    this.warmth = sum;
  }

  private warmRing(from: number): number {
    const { ring, capacity, byDevice, byPhone, byAddress, byPerson } = this;
    const end = Math.min(this.head, from + BATCH);
    let sum = 0;
    for (let place = from; place < end; place += 1) {
      const at = 5 * (place % capacity);
      sum += (byDevice[ring[at + 1] ?? 0] ?? 0) + (byPhone[ring[at + 2] ?? 0] ?? 0);
      sum += (byAddress[ring[at + 3] ?? 0] ?? 0) + (byPerson[ring[at + 4] ?? 0] ?? 0);
    }
    return sum;
  }

  /** Writes the counts of rows `from … to`, which are in time order, at `0 … to − from`. */
  count(rows: Applications, from: number, to: number, out: readonly Float32Array[]): void {
    const devices = out[F.deviceApplications30d] as Float32Array;
    const phones = out[F.phoneApplications30d] as Float32Array;
    const addresses = out[F.addressApplications30d] as Float32Array;
    const persons = out[F.personApplications30d] as Float32Array;
    const { ring, capacity, byDevice, byPhone, byAddress, byPerson } = this;
    for (let row = from; row < to; row += 1) {
      if ((row - from) % BATCH === 0) this.warm(rows, row, Math.min(to, row + BATCH));
      const time = rows.time[row] ?? 0;
      while (this.tail < this.head) {
        const at = 5 * (this.tail % capacity);
        if ((ring[at] ?? 0) > time - WINDOW) break;
        less(byDevice, ring[at + 1] ?? 0);
        less(byPhone, ring[at + 2] ?? 0);
        less(byAddress, ring[at + 3] ?? 0);
        this.tail += 1;
      }
      while (this.shown < this.head) {
        const at = 5 * (this.shown % capacity);
        if ((ring[at] ?? 0) > time - LAG) break;
        more(byPerson, ring[at + 4] ?? 0);
        this.shown += 1;
      }
      while (this.dropped < this.shown) {
        const at = 5 * (this.dropped % capacity);
        if ((ring[at] ?? 0) > time - WINDOW) break;
        less(byPerson, ring[at + 4] ?? 0);
        this.dropped += 1;
      }
      const device = rows.device[row] ?? 0;
      const phone = rows.phone[row] ?? 0;
      const address = rows.address[row] ?? 0;
      const person = rows.person[row] ?? 0;
      devices[row - from] = byDevice[device] ?? 0;
      phones[row - from] = byPhone[phone] ?? 0;
      addresses[row - from] = byAddress[address] ?? 0;
      persons[row - from] = byPerson[person] ?? 0;
      more(byDevice, device);
      more(byPhone, phone);
      more(byAddress, address);
      const at = 5 * (this.head % capacity);
      ring[at] = time;
      ring[at + 1] = device;
      ring[at + 2] = phone;
      ring[at + 3] = address;
      ring[at + 4] = person;
      this.head += 1;
    }
  }
}

function more(counts: Int32Array, id: number): void {
  counts[id] = (counts[id] ?? 0) + 1;
}

function less(counts: Int32Array, id: number): void {
  counts[id] = (counts[id] ?? 0) - 1;
}
