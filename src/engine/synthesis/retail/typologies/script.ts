import { type Intended } from '../events.js';
import { type Population } from '../population.js';
import { type Stream } from '../../random.js';

/** What a typology's script may use while it plays one episode. */
export interface Episode {
  readonly population: Population;
  readonly stream: Stream;
  readonly victim: number;
  /** seconds: the first payment falls here; `end` is the end of the split */
  readonly onset: number;
  readonly end: number;
  /** 0 … 1: how much the fraudster takes care to look like the customer */
  readonly care: number;
  /** an account that fraudsters are using around this time */
  mule(time: number): number;
  /** writes one fraudulent payment; false when no more are wanted, and the script must stop */
  emit(payment: Intended): boolean;
}

/** A typology: a small script that reads like its description. */
export interface Typology {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  play(episode: Episode): void;
}
