import { Pace } from '../../calendar.js';
import { Category, Channel, NO_DEVICE, OVERSEAS, REMOTE } from '../events.js';
import { E_CNY_TRANSACTION_LIMIT, HKD_PER_RMB } from '../limits.js';
import { priced } from './amounts.js';
import { merchantOf } from './payees.js';
import { OWN_DEVICE, type Walk } from './walk.js';

/** Mean payment in renminbi: a convention; the wallet's limits are in limits.ts. */
const MEAN = 120;
/** Of payments, those in shops on the Mainland, and those on line (a convention). */
const MAINLAND = 0.7;
const ON_LINE = 0.35;

/** A payment from an e-CNY wallet, priced in renminbi. */
export function payInECny(walk: Walk): void {
  const { p, stream, customer } = walk;
  const u = stream.uniform();
  const onLine = stream.uniform() < ON_LINE;
  walk.channel = Channel.ECny;
  walk.category =
    u < 0.4
      ? Category.Dining
      : u < 0.65
        ? Category.Grocery
        : u < 0.85
          ? Category.FashionBeauty
          : Category.Transport;
  walk.payee = merchantOf(p, stream, customer, walk.category);
  walk.flags = (onLine ? REMOTE : 0) | (stream.uniform() < MAINLAND ? OVERSEAS : 0);
  walk.device = onLine || stream.uniform() < 0.8 ? OWN_DEVICE : NO_DEVICE;
  walk.pace = onLine ? Pace.Remote : Pace.Shop;
  const fen = priced(stream, Math.round(100 * stream.lognormal(MEAN, 0.9)));
  walk.amount = Math.max(100, Math.min(E_CNY_TRANSACTION_LIMIT, Math.round(fen * HKD_PER_RMB)));
}
