import { Pace } from '../../calendar.js';
import { Product } from '../../population/attributes.js';
import { tie } from '../../random.js';
import { Category, Channel, NO_DEVICE } from '../events.js';
import { rounded } from './amounts.js';
import { dueDay } from './fps.js';
import { billerOf, organisationOf, strangerOf } from './payees.js';
import { type Walk } from './walk.js';

/** Most orders that a customer has standing here. */
const MOST = 3;

/** Rent, school, bills and savings plans: the same payee and sum on the same day of each month, by night batch. */
export function payStandingOrders(walk: Walk): void {
  if ((walk.products & Product.StandingOrders) === 0) return;
  const { p, customer } = walk;
  const orders = 1 + Math.floor(MOST * tie(customer, 710, p.salt) * tie(customer, 711, p.salt));
  for (let order = 1; order <= orders && walk.row < walk.end; order += 1) {
    const day = walk.due[dueDay(walk, order)] ?? -1;
    if (day < 0) continue;
    const kind = tie(customer, 720 + order, p.salt);
    const size = tie(customer, 730 + order, p.salt);
    const income = p.people.income[customer] ?? 0;
    walk.channel = Channel.StandingOrder;
    walk.device = NO_DEVICE;
    walk.flags = 0;
    walk.pace = Pace.Batch;
    walk.day = day;
    if (kind < 0.3) {
      walk.category = Category.Rent;
      walk.payee = strangerOf(p, customer, 90);
      walk.amount = rounded(100 * Math.max(1_500, income * (0.2 + 0.25 * size)));
    } else if (kind < 0.75) {
      walk.category = Category.Bill;
      walk.payee = billerOf(p, customer, order);
      const usual = 15_000 + 180_000 * size * size;
      // What is metered differs from month to month, a subscription does not.
      walk.amount = Math.round(kind < 0.55 ? usual * walk.stream.between(0.8, 1.25) : usual);
    } else {
      walk.category = kind < 0.88 ? Category.Education : Category.Investment;
      walk.payee = organisationOf(p, customer, 20 + order);
      walk.amount = rounded(100 * Math.max(500, income * (0.04 + 0.12 * size)));
    }
    walk.place();
    walk.write();
  }
}
