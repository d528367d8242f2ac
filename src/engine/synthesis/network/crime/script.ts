import { type Scene } from './scene.js';

/** A way to launder: a small script that reads like its description. */
export interface Script {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** fewest and most transfers of one case that make its shape */
  readonly fewest: number;
  readonly most: number;
  /** placements that a case of so many rows needs before it */
  sources(rows: number): number;
  /** Plays a case whose core has exactly `rows` rows. */
  play(scene: Scene, rows: number): void;
}
