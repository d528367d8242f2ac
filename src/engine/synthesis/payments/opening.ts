import { Product } from '../population/attributes.js';
import { type Population } from '../population/population.js';
import { tie } from '../random.js';
import { Pocket } from './events.js';
import { E_CNY_BALANCE_LIMIT, PURSE_LIMIT } from './limits.js';

/** What a pocket of a customer holds before the first payment, whole cents; for CREDIT what is open of the limit. */
export function opening(p: Population, customer: number, pocket: number): number {
  const u = tie(customer, 20 + pocket, p.salt);
  const products = p.people.products[customer] ?? 0;
  switch (pocket) {
    case Pocket.Account:
      return Math.round((0.3 + u) * (p.people.habitualBalance[customer] ?? 0));
    case Pocket.Purse:
      return (products & Product.Purse) === 0 ? 0 : Math.round(u * u * 0.4 * PURSE_LIMIT);
    case Pocket.ECny:
      return (products & Product.ECny) === 0 ? 0 : Math.round(u * u * 0.2 * E_CNY_BALANCE_LIMIT);
    default:
      return Math.round((1 - 0.4 * u) * (p.people.creditLimit[customer] ?? 0));
  }
}
