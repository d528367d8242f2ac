import { DAY, REST_DAYS, weekday } from '../../calendar.js';
import { Channel, OVERSEAS, REMOTE, type Events } from '../events.js';
import { columnsOf, PAYMENT } from './specs.js';

/** Features of a payment by itself (PAYMENT), rows `from … to`, into `out[feature][row − from]`. */
export function describePayments(
  events: Events,
  from: number,
  to: number,
  out: readonly Float32Array[],
): void {
  const { amount, hour, weekday: ofWeek, restDay, balance, amountToBalance } = columnsOf(PAYMENT, out);
  for (let row = from; row < to; row += 1) {
    const o = row - from;
    const time = events.time[row] ?? 0;
    const cents = events.amount[row] ?? 0;
    const held = events.balance[row] ?? 0;
    const day = Math.floor(time / DAY);
    amount[o] = cents / 100;
    hour[o] = (time - day * DAY) / 3_600;
    ofWeek[o] = weekday(day);
    restDay[o] = REST_DAYS[day] ?? 0;
    balance[o] = held / 100;
    amountToBalance[o] = Math.min(10, cents / Math.max(held, 100));
  }
  const { isFpsProxy, isFpsAccount, isCreditCard, isStoredValue, isCash } = columnsOf(PAYMENT, out);
  const { isCrossBorder, isRemote, isOverseas } = columnsOf(PAYMENT, out);
  for (let row = from; row < to; row += 1) {
    const o = row - from;
    const channel = events.channel[row] ?? 0;
    const flags = events.flags[row] ?? 0;
    isFpsProxy[o] = +(channel === Channel.FpsProxy);
    isFpsAccount[o] = +(channel === Channel.FpsAccount);
    isCreditCard[o] = +(channel === Channel.CreditCard);
    isStoredValue[o] = +(channel === Channel.StoredValue);
    isCash[o] = +(channel === Channel.Atm);
    isCrossBorder[o] = +(channel === Channel.CrossBorder);
    isRemote[o] = flags & REMOTE;
    isOverseas[o] = (flags & OVERSEAS) >>> 1;
  }
}
