import { accountHijack } from './account-hijack.js';
import { accountTakeover } from './account-takeover.js';
import { businessEmail } from './business-email.js';
import { cardNotPresent } from './card-not-present.js';
import { clickFarm } from './click-farm.js';
import { compromisedTerminal } from './compromised-terminal.js';
import { crypto } from './crypto.js';
import { fakeCustomerService } from './fake-customer-service.js';
import { fakeOfficial } from './fake-official.js';
import { guessWho } from './guess-who.js';
import { investment } from './investment.js';
import { mule } from './mule.js';
import { phishing } from './phishing.js';
import { romance } from './romance.js';
import { shopping } from './shopping.js';
import { stolenCard } from './stolen-card.js';
import { ticket } from './ticket.js';
import { type Typology } from './typology.js';

/** Every typology; mules come last, since they pass on what the victims of the others send. */
export const TYPOLOGIES: readonly Typology[] = [
  shopping,
  ticket,
  clickFarm,
  investment,
  crypto,
  romance,
  guessWho,
  fakeOfficial,
  fakeCustomerService,
  phishing,
  accountHijack,
  businessEmail,
  accountTakeover,
  cardNotPresent,
  compromisedTerminal,
  stolenCard,
  mule,
];
