import { DAY } from '../../calendar.js';
import { Channel, NO_DEVICE, WARNED, type Events } from '../events.js';
import { checkPairs, PairTable } from './pair-table.js';
import { place, Recent } from './recent.js';
import { columnsOf, MOST_DAYS, MOST_PAYERS, RELATION } from './specs.js';

const HOUR = 3_600;
const MOST_IDLE_HOURS = 720;
/** A row of Recent holds a payee's number below the mark of a payer's first payment. */
const PAYEE_BITS = 0x3ffffff;
const FIRST = 1 << 26;
/** Rows whose memory is fetched together. */
const BATCH = 64;

// A payee: half a cache line. Times are kept plus one, so that 0 is never.
const PAYEE_INTEGERS = 8;
const PAYMENTS_7D = 0;
const FIRST_7D = 1;
const PAYERS = 2;
const FIRST_PAID = 3;
const LAST_PAID = 4;
const PAYEE_DOUBLES = 4;
const AMOUNT_7D = 3;

// A customer. Hours are kept plus one, so that 0 is never.
const CUSTOMER_INTEGERS = 5;
const NEW_PAYEES_7D = 0;
const FIRST_DEVICE_HOUR = 1;
/** first hours of the customer's own devices */
const OWN_DEVICES = 2;
const OWN = 3;
/** First payments to a payee among all payments, at most, and customers who come to a device not their own. */
const PAIRS_A_ROW = 0.71;
const STRANGE_DEVICES = 0.5;

/**
 * Features of payees, devices and their pairs with customers (RELATION), computed in one pass in time order over
 * week after week. Only what has been passed is looked at, and nothing here knows a label.
 */
export class RelationFeatures {
  private readonly payeeIntegers: Int32Array;
  private readonly payeeDoubles: Float64Array;
  private readonly customerIntegers: Int32Array;
  private readonly ofPayees: PairTable;
  private readonly ofDevices: PairTable;
  /** customers seen on each device */
  private deviceCustomers: Int32Array;
  /** payee, second and cents of payments, and customer and second of first payments over FPS */
  private readonly payments = new Recent();
  private readonly firsts = new Recent();
  private paymentsTail = 0;
  private firstsTail = 0;
  /** keeps what `warm` reads from being optimised away */
  protected warmth = 0;

  /**
   * @param merchants payees from this number on are accounts, the first `customers` of them at this bank
   * @param atVirtualBank by account: 1 when it is at a virtual bank
   * @param expected rows, about
   */
  constructor(
    private readonly customers: number,
    private readonly merchants: number,
    private readonly atVirtualBank: Uint8Array,
    expected = 0,
  ) {
    this.ofPayees = new PairTable(PAIRS_A_ROW * expected);
    this.ofDevices = new PairTable(STRANGE_DEVICES * customers);
    const payees = merchants + atVirtualBank.length;
    checkPairs(customers, payees);
    const memory = new ArrayBuffer(payees * PAYEE_DOUBLES * 8);
    this.payeeIntegers = new Int32Array(memory);
    this.payeeDoubles = new Float64Array(memory);
    this.customerIntegers = new Int32Array(customers * CUSTOMER_INTEGERS);
    this.deviceCustomers = new Int32Array(OWN * customers + 1024);
  }

  /**
   * Features of rows `from … to` of a week into `out[feature][row − from]`. A week begins with `from` 0, its rows
   * follow in order, and weeks follow each other.
   */
  scan(events: Events, from: number, to: number, out: readonly Float32Array[]): void {
    const { payeeIntegers, payeeDoubles, customerIntegers, merchants, customers, atVirtualBank } = this;
    const { isNewPayee, payeeKnownDays, newPayees7d, isToAccount } = columnsOf(RELATION, out);
    const { payeeAtOtherBank, payeeAtVirtualBank, isPayeeAlerted } = columnsOf(RELATION, out);
    const { payeePayments7d, payeeAmount7d, payeeFirstPayers7d } = columnsOf(RELATION, out);
    const { payeePayers, payeeSeenDays, payeeIdleHours } = columnsOf(RELATION, out);
    for (let row = from; row < to; row += 1) {
      const o = row - from;
      if (o % BATCH === 0) this.warm(events, row, Math.min(row + BATCH, to));
      const time = events.time[row] ?? 0;
      const customer = events.customer[row] ?? 0;
      const payee = events.payee[row] ?? 0;
      const channel = events.channel[row] ?? 0;
      const cents = events.amount[row] ?? 0;
      const hour = Math.floor(time / HOUR);
      this.slide(time - 7 * DAY);

      const known = this.ofPayees.firstSeen(customer, payee, hour);
      const first = known < 0;
      const c = customer * CUSTOMER_INTEGERS;
      const newPayees = customerIntegers[c + NEW_PAYEES_7D] ?? 0;
      isNewPayee[o] = first ? 1 : 0;
      payeeKnownDays[o] = first ? 0 : Math.min(MOST_DAYS, (hour - known) / 24);
      newPayees7d[o] = newPayees;
      const account = payee - merchants;
      isToAccount[o] = +(account >= 0);
      payeeAtOtherBank[o] = +(account >= customers);
      payeeAtVirtualBank[o] = account >= 0 ? (atVirtualBank[account] ?? 0) : 0;
      isPayeeAlerted[o] = ((events.flags[row] ?? 0) & WARNED) === 0 ? 0 : 1;

      const i = payee * PAYEE_INTEGERS;
      const d = payee * PAYEE_DOUBLES;
      const count = payeeIntegers[i + PAYMENTS_7D] ?? 0;
      const firsts = payeeIntegers[i + FIRST_7D] ?? 0;
      const payers = payeeIntegers[i + PAYERS] ?? 0;
      const opened = payeeIntegers[i + FIRST_PAID] ?? 0;
      const last = payeeIntegers[i + LAST_PAID] ?? 0;
      const sum = payeeDoubles[d + AMOUNT_7D] ?? 0;
      payeePayments7d[o] = count;
      payeeAmount7d[o] = sum / 100;
      payeeFirstPayers7d[o] = firsts;
      payeePayers[o] = Math.min(MOST_PAYERS, payers);
      payeeSeenDays[o] = opened === 0 ? 0 : Math.min(MOST_DAYS, (time - (opened - 1)) / DAY);
      payeeIdleHours[o] =
        last === 0 ? MOST_IDLE_HOURS : Math.min(MOST_IDLE_HOURS, (time - (last - 1)) / HOUR);

      payeeIntegers[i + PAYMENTS_7D] = count + 1;
      if (opened === 0) payeeIntegers[i + FIRST_PAID] = time + 1;
      payeeIntegers[i + LAST_PAID] = time + 1;
      payeeDoubles[d + AMOUNT_7D] = sum + cents;
      if (first) {
        payeeIntegers[i + FIRST_7D] = firsts + 1;
        payeeIntegers[i + PAYERS] = payers + 1;
        if (channel === Channel.FpsProxy || channel === Channel.FpsAccount) {
          customerIntegers[c + NEW_PAYEES_7D] = newPayees + 1;
          this.firsts.push(customer, time, 0);
        }
      }
      this.payments.push(first ? payee | FIRST : payee, time, cents);
    }
    this.scanDevices(events, from, to, out);
  }

  private scanDevices(events: Events, from: number, to: number, out: readonly Float32Array[]): void {
    const { customerIntegers } = this;
    const { isNewDevice, deviceKnownDays, deviceOtherCustomers } = columnsOf(RELATION, out);
    for (let row = from; row < to; row += 1) {
      const o = row - from;
      const customer = events.customer[row] ?? 0;
      const device = events.device[row] ?? NO_DEVICE;
      const c = customer * CUSTOMER_INTEGERS;
      isNewDevice[o] = 0;
      deviceKnownDays[o] = -1;
      deviceOtherCustomers[o] = 0;
      if (device < 0) continue;
      const hour = Math.floor((events.time[row] ?? 0) / HOUR);
      const own = device - OWN * customer;
      let known: number;
      if (own >= 0 && own < OWN) {
        // Most payments are made on one of the customer's own devices: these need no table.
        known = (customerIntegers[c + OWN_DEVICES + own] ?? 0) - 1;
        if (known < 0) customerIntegers[c + OWN_DEVICES + own] = hour + 1;
      } else known = this.ofDevices.firstSeen(customer, device, hour);
      if (device >= this.deviceCustomers.length) this.widen(device);
      const seen = this.deviceCustomers[device] ?? 0;
      if (known < 0) {
        this.deviceCustomers[device] = seen + 1;
        if (customerIntegers[c + FIRST_DEVICE_HOUR] === 0) customerIntegers[c + FIRST_DEVICE_HOUR] = hour + 1;
        deviceOtherCustomers[o] = seen;
        known = hour;
      } else deviceOtherCustomers[o] = seen - 1;
      const longest = hour - ((customerIntegers[c + FIRST_DEVICE_HOUR] ?? 0) - 1);
      isNewDevice[o] = hour - known < 24 && longest >= 24 ? 1 : 0;
      deviceKnownDays[o] = Math.min(MOST_DAYS, (hour - known) / 24);
    }
  }

  /** Touches the memory that the next rows need, so that the processor fetches it all at once. */
  private warm(events: Events, from: number, to: number): void {
    const { payeeIntegers, payments } = this;
    let sum = 0;
    for (let row = from; row < to; row += 1) {
      const payee = events.payee[row] ?? 0;
      sum += this.ofPayees.touch(events.customer[row] ?? 0, payee);
      sum += payeeIntegers[payee * PAYEE_INTEGERS] ?? 0;
    }
    const end = Math.min(this.paymentsTail + BATCH, payments.head);
    for (let row = this.paymentsTail; row < end; row += 1)
      sum += payeeIntegers[((payments.block(row)[place(row)] ?? 0) & PAYEE_BITS) * PAYEE_INTEGERS] ?? 0;
    this.warmth = sum;
  }

  /** Lets payments up to `time` leave the windows. */
  private slide(time: number): void {
    const { payeeIntegers, payeeDoubles, customerIntegers, payments, firsts } = this;
    let row = this.paymentsTail;
    for (; row < payments.head; row += 1) {
      const block = payments.block(row);
      const at = place(row);
      if ((block[at + 1] ?? 0) > time) break;
      const marked = block[at] ?? 0;
      const i = (marked & PAYEE_BITS) * PAYEE_INTEGERS;
      const d = (marked & PAYEE_BITS) * PAYEE_DOUBLES;
      payeeIntegers[i + PAYMENTS_7D] = (payeeIntegers[i + PAYMENTS_7D] ?? 0) - 1;
      payeeDoubles[d + AMOUNT_7D] = (payeeDoubles[d + AMOUNT_7D] ?? 0) - (block[at + 2] ?? 0);
      if ((marked & FIRST) !== 0) payeeIntegers[i + FIRST_7D] = (payeeIntegers[i + FIRST_7D] ?? 0) - 1;
    }
    this.paymentsTail = row;
    payments.forget(row);
    row = this.firstsTail;
    for (; row < firsts.head; row += 1) {
      const block = firsts.block(row);
      const at = place(row);
      if ((block[at + 1] ?? 0) > time) break;
      const c = (block[at] ?? 0) * CUSTOMER_INTEGERS;
      customerIntegers[c + NEW_PAYEES_7D] = (customerIntegers[c + NEW_PAYEES_7D] ?? 0) - 1;
    }
    this.firstsTail = row;
    firsts.forget(row);
  }

  private widen(device: number): void {
    const wider = new Int32Array(Math.max(device + 1, Math.ceil(this.deviceCustomers.length * 1.25)));
    wider.set(this.deviceCustomers);
    this.deviceCustomers = wider;
  }
}
