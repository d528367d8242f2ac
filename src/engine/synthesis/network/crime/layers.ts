import { type Scene } from './scene.js';

/** What an account of a layer holds of the case's money, and since when. */
export interface Holding {
  readonly account: number;
  cents: number;
  time: number;
}

/** Accounts that the dirty money is placed on, one placement each. */
export function placeOn(scene: Scene, accounts: number): Holding[] {
  return scene.split(scene.sum, accounts).map((cents) => {
    const account = scene.mule();
    return { account, cents, time: scene.place(account, cents, scene.after(scene.onset, 10)) };
  });
}

/**
 * Every account of one layer pays accounts of the next, in exactly `edges` transfers: each account is used at least
 * once, so `edges` must be no less than the larger layer. @returns the next layer with what it holds
 */
export function connect(scene: Scene, from: readonly Holding[], width: number, edges: number): Holding[] {
  const next: Holding[] = Array.from({ length: width }, () => ({ account: scene.mule(), cents: 0, time: 0 }));
  const shares = from.map(
    (_, place) => Math.floor(edges / from.length) + (place < edges % from.length ? 1 : 0),
  );
  let edge = 0;
  from.forEach((holding, place) => {
    let time = holding.time;
    for (const cents of scene.split(scene.lessCommission(holding.cents), shares[place] ?? 1)) {
      const to = next[edge % width];
      edge += 1;
      if (to === undefined) continue;
      time = scene.pay(scene.after(time, 5), holding.account, to.account, cents);
      to.cents += cents;
      to.time = Math.max(to.time, time);
    }
  });
  return next;
}
