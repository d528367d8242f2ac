export { compose, lookAlike, TEMPLATES, type Message, type MessageTemplate } from './compose.js';
export {
  LANGUAGES,
  MEDIA,
  SCAM_KINDS,
  type Language,
  type Medium,
  type ScamKind,
  type Scenario,
  type Written,
} from './kinds.js';
export { CHINESE_PEOPLE, drawResident, PEOPLE } from './people.js';
export type { MessageFacts } from './slots.js';
