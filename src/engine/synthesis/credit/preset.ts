import { InputError } from '../../input-error.js';
import { type Parameters } from '../parameters.js';
import { type Preset } from '../preset.js';
import { MONTHS } from './months.js';
import { PARAMETERS, weightOf, type CreditParameters } from './parameters.js';
import { play } from './play.js';
import { TABLES } from './tables.js';
import { TYPOLOGIES } from './typologies/index.js';

export const HK_CONSUMER_CREDIT: Preset = {
  name: 'hk-consumer-credit',
  title: 'Consumer credit in Hong Kong, with default and first-party fraud',
  description:
    'One row an application for unsecured credit at retail and virtual banks; the label says whether it ended in default within the outcome window. Money is lived month by month: a default is what came of it.',
  row: 'application',
  parameters: PARAMETERS,
  tables: TABLES,
  bytesPerRow: 260,
  mostRows: 10_000_000,
  check(parameters: Parameters, rows: number) {
    const p = parameters as unknown as CreditParameters;
    const last = p.startMonth + p.developmentMonths + p.labelMonths + p.evaluationMonths + p.sealedMonths - 1;
    if (last > MONTHS)
      throw new InputError(
        'BAD_PARAMETER',
        `parameters startMonth ${p.startMonth}, developmentMonths ${p.developmentMonths}, labelMonths ${p.labelMonths}, evaluationMonths ${p.evaluationMonths} and sealedMonths ${p.sealedMonths} go past December 2025`,
      );
    for (let month = 0; month < 12; month += 1)
      if (TYPOLOGIES.every(({ name }) => weightOf(parameters, name, month) === 0))
        throw new InputError(
          'BAD_PARAMETER',
          `parameters ${TYPOLOGIES.map(({ name }) => `weight.${name}`).join(', ')}: all are 0 in month ${month + 1}; for no crime set crimeShare=0`,
        );
    const smaller =
      Math.min(p.developmentMonths, p.evaluationMonths) / (p.developmentMonths + p.evaluationMonths);
    if (rows * smaller * p.defaultRate < 3)
      throw new InputError(
        'BAD_ROWS',
        `rows: ${rows} at defaultRate ${p.defaultRate} leaves a split fewer than 3 defaults; raise rows or defaultRate`,
      );
  },
  play,
};
