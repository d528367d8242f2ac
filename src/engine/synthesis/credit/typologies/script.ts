import { type Application } from '../application.js';
import { type Stream } from '../../random.js';

/** What a script may use while it plays one case. */
export interface Case {
  readonly stream: Stream;
  /** seconds: the case begins here; the month ends at `end` */
  readonly onset: number;
  readonly end: number;
  /** the application to fill in, with what an ordinary applicant would have; `begin` a person first */
  readonly next: Application;
  /** fills `next` with what an ordinary applicant has; another person in every call */
  begin(): void;
  /** files `next`; false when no more are wanted, or the month is over: the script must stop */
  apply(): boolean;
}

/** A typology: a small script that reads like its description. */
export interface Typology {
  readonly kind: number;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  play(credit: Case): void;
}
