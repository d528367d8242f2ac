import { JailHost } from '../src/engine/isolation/index.js';
import { runHostileFiles } from '../src/engine/scoring/index.js';

describe.each([
  ['as this machine allows', {}],
  ['without slots and cgroups', { slots: null, cgroupParent: null }],
])('hostile models and score streams, jails made %s', (_, settings) => {
  it('are refused or ended by a limit, for the right reason, while sound ones pass', async () => {
    const results = await runHostileFiles(new JailHost(settings));
    expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
    expect(results.length).toBeGreaterThanOrEqual(75);
    expect(results.filter(({ held }) => !held)).toEqual([]);
  }, 300_000);
});

it('hostile files are not held where jails cannot be made: what was not seen to hold is not trusted', async () => {
  const host = new JailHost({});
  // bubblewrap that fails: every jail ends as a fault of ours.
  Object.defineProperty(host, 'tools', { value: { ...host.tools, bwrap: '/bin/false' } });
  const results = await runHostileFiles(host);
  const held = results.filter((result) => result.held).map(({ name }) => name);
  expect(held).toEqual(['memory of whoever reads hostile files']);
}, 300_000);
