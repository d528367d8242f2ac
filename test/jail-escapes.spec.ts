import { JailHost, runEscapeChecks } from '../src/engine/isolation/index.js';

/** What this machine gives, and then the least a machine gives: no slots, no cgroups. */
describe.each([
  ['as this machine allows', {}],
  ['without slots and cgroups', { slots: null, cgroupParent: null }],
])('escape attempts, jails made %s', (_, settings) => {
  it('are all held', async () => {
    const results = await runEscapeChecks(new JailHost(settings));
    expect(results.length).toBeGreaterThanOrEqual(25);
    expect(results.filter(({ held }) => !held)).toEqual([]);
  });
});
