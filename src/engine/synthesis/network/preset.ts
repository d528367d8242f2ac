import { InputError } from '../../input-error.js';
import { type Preset } from '../preset.js';
import { PARAMETERS, prevalence, type NetworkParameters } from './parameters.js';
import { atMonth } from '../parameters.js';
import { SCRIPTS } from './crime/scripts.js';
import { personsOf, play } from './play.js';
import { seasonsOf } from './plan.js';
import { TABLES } from './tables.js';

export const HK_AML_NETWORK: Preset = {
  name: 'hk-aml-network',
  title: 'Transfers between accounts of Hong Kong banks, with laundering',
  description:
    'One row a transfer between accounts of several banks in 2025, seen over the whole network; the label says whether it is part of a laundering case.',
  row: 'transfer',
  tables: TABLES,
  bytesPerRow: 280,
  mostRows: 60_000_000,
  parameters: PARAMETERS,
  play,
  check(given, rows) {
    const p = given as unknown as NetworkParameters;
    const months = p.developmentMonths + p.evaluationMonths + p.sealedMonths;
    if (p.startMonth + months > 13)
      throw new InputError(
        'BAD_PARAMETER',
        `parameters startMonth ${p.startMonth}, developmentMonths ${p.developmentMonths}, evaluationMonths ${p.evaluationMonths} and sealedMonths ${p.sealedMonths} go past December`,
      );
    for (let month = 0; month < months; month += 1)
      if (SCRIPTS.every(({ name }) => atMonth(p[`weight.${name}`] ?? 0, month) === 0))
        throw new InputError(
          'BAD_PARAMETER',
          `parameters weight.${SCRIPTS[0]?.name} to weight.${SCRIPTS.at(-1)?.name} are all 0 in month ${p.startMonth + month}`,
        );
    if (p.groupShare > 0 && p.groupShare < 0.01)
      throw new InputError(
        'BAD_PARAMETER',
        `parameter groupShare: ${p.groupShare} leaves almost nobody in the group`,
      );
    for (const season of seasonsOf(p, rows, ['development', 'evaluation', 'sealed']))
      if (Math.round(season.rows * prevalence(p)) < 3)
        throw new InputError(
          'BAD_ROWS',
          `rows: ${rows} with oneIn ${p.oneIn} and enrichment ${p.enrichment} leaves split ${season.split} fewer than 3 laundering transfers; raise rows or enrichment`,
        );
    if (rows < 2 * personsOf(p, rows))
      throw new InputError(
        'BAD_ROWS',
        `rows: ${rows} are too few for a network of ${personsOf(p, rows)} people`,
      );
  },
};
