import { InputError } from '../../input-error.js';
import { type Preset } from '../preset.js';
import { atMonth } from '../parameters.js';
import { customersFor, PARAMETERS, weightOf, type PaymentParameters } from './parameters.js';
import { play } from './play.js';
import { TABLES } from './tables.js';
import { TYPOLOGIES } from './typologies/index.js';

export const HK_RETAIL_PAYMENTS: Preset = {
  name: 'hk-retail-payments',
  title: 'Retail payments in Hong Kong, with fraud',
  description:
    'One row a payment of a retail bank’s customers over FPS, cards, stored value, e-CNY, cash machines and more in 2025; the label says whether it is part of a fraud.',
  row: 'payment',
  tables: TABLES,
  bytesPerRow: 360,
  mostRows: 60_000_000,
  play,
  parameters: PARAMETERS,
  check(parameters, rows) {
    const p = parameters as unknown as PaymentParameters;
    if (p.startMonth + p.developmentMonths + p.evaluationMonths + p.sealedMonths > 13)
      throw new InputError(
        'BAD_PARAMETER',
        `parameters startMonth ${p.startMonth}, developmentMonths ${p.developmentMonths}, evaluationMonths ${p.evaluationMonths} and sealedMonths ${p.sealedMonths} go past December`,
      );
    const months = p.developmentMonths + p.evaluationMonths + p.sealedMonths;
    for (let month = 0; month < months; month += 1)
      if (TYPOLOGIES.every(({ name }) => atMonth(weightOf(parameters, name), month) === 0))
        throw new InputError(
          'BAD_PARAMETER',
          `parameters ${TYPOLOGIES.map(({ name }) => `weight.${name}`).join(', ')} are all 0 in month ${month + 1} of the version`,
        );
    const smaller =
      Math.min(p.developmentMonths, p.evaluationMonths) / (p.developmentMonths + p.evaluationMonths);
    if (rows * smaller * p.prevalence < 3 || rows < customersFor(rows, p))
      throw new InputError(
        'BAD_ROWS',
        `rows: ${rows} at prevalence ${p.prevalence} leaves a split fewer than 3 fraudulent payments; raise rows or prevalence`,
      );
  },
};
