import { bustOut } from './bust-out.js';
import { type Typology } from './script.js';
import { stackedLoans } from './stacked-loans.js';
import { syntheticIdentity } from './synthetic-identity.js';

export const TYPOLOGIES: readonly Typology[] = [stackedLoans, syntheticIdentity, bustOut];
export { type Case, type Typology } from './script.js';
