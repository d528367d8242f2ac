import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SlotPool, usableSlots } from './slots.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'slots-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const RANGE = { first: 700_000, count: 3 };

it('gives each slot to one holder, over all pools that share the folder', () => {
  const [one, two] = [new SlotPool(RANGE, folder), new SlotPool(RANGE, folder)];
  const taken = [one.acquire(), two.acquire(), one.acquire()];
  expect(new Set(taken)).toEqual(new Set([700_000, 700_001, 700_002]));
  expect(two.acquire()).toBeUndefined();
  one.release(taken[0] ?? 0);
  expect(two.acquire()).toBe(taken[0]);
});

it('never releases what another holds', () => {
  const [one, two] = [new SlotPool(RANGE, folder), new SlotPool(RANGE, folder)];
  const slot = one.acquire() ?? 0;
  two.release(slot);
  expect(readdirSync(folder)).toEqual([String(slot)]);
});

it('takes over the slot of a holder that is dead, also when its process id lives again', () => {
  symlinkSync('999999999 1', join(folder, '700000'));
  symlinkSync(`${process.pid} 1`, join(folder, '700001'));
  const pool = new SlotPool(RANGE, folder);
  expect([pool.acquire(), pool.acquire()]).toEqual([700_000, 700_001]);
});

it('takes over what versions before left: files, empty ones of a holder that was killed as it began included', () => {
  writeFileSync(join(folder, '700000'), '');
  writeFileSync(join(folder, '700001'), '999999999 1');
  writeFileSync(join(folder, '700002'), String(process.pid));
  const pool = new SlotPool(RANGE, folder);
  expect([pool.acquire(), pool.acquire(), pool.acquire()]).toEqual([700_000, 700_001, undefined]);
});

it('names the holder of a slot from the first moment', () => {
  new SlotPool(RANGE, folder).acquire();
  expect(readlinkSync(join(folder, '700000'))).toMatch(new RegExp(`^${process.pid} \\d+$`));
});

it('finds slots only where this process may become another user', () => {
  const found = usableSlots();
  if (process.geteuid?.() === 0) expect(typeof found).toBe('object');
  else expect(found).toBe('this process cannot change its user id');
  expect(typeof usableSlots({ first: 4_294_967_295, count: 10 })).toBe('string');
});
