import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseProfile, JailHost, runEscapeChecks } from '../src/engine/isolation/index.js';

/** What this machine gives, and then the least a machine gives: no slots, no cgroups. */
describe.each([
  ['as this machine allows', {}],
  ['without slots and cgroups', { slots: null, cgroupParent: null }],
])('escape attempts, jails made %s', (_, settings) => {
  it('are all held', async () => {
    const results = await runEscapeChecks(new JailHost(settings));
    expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
    expect(results.length).toBeGreaterThanOrEqual(100);
    expect(results.filter(({ held }) => !held)).toEqual([]);
  });
});

describe('an escape attempt', () => {
  const noticed = (results: Awaited<ReturnType<typeof runEscapeChecks>>) =>
    results.filter(({ held }) => !held).map(({ name }) => name);

  it('notices a jail without its system call filter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-filter-'));
    try {
      const host = new JailHost({});
      const path = join(folder, 'allow.bpf');
      // One instruction: return SECCOMP_RET_ALLOW.
      writeFileSync(path, Buffer.from([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]));
      Object.defineProperty(host, 'filterPath', { value: path });
      const found = noticed(await runEscapeChecks(host));
      expect(found).toEqual(
        expect.arrayContaining([
          'sockets of the internet',
          'file locks',
          'watching files that others read',
          'what of a file lies in memory',
          'mounts',
          'keyrings of the kernel',
          'tracing',
          "others' memory and descriptors",
          'memory outside files',
          'queues and semaphores of System V',
          'addresses that can be guessed',
          'kernel memory in socket buffers',
        ]),
      );
      expect(found.length).toBeGreaterThanOrEqual(25);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('notices a jail that shows more of the host', async () => {
    const base = baseProfile();
    const found = noticed(
      await runEscapeChecks(new JailHost({}), {
        ...base,
        mounts: [
          ...base.mounts,
          { kind: 'readOnly', from: '/etc', to: '/etc' },
          { kind: 'readOnly', from: '/sys', to: '/sys' },
          { kind: 'readOnly', from: tmpdir(), to: '/srv' },
        ],
        env: { ...base.env, DATABASE_PASSWORD: 'secret' },
      }),
    );
    expect(found).toEqual(
      expect.arrayContaining(["the host's files", 'the system in /sys', "others' environment"]),
    );
  });
});
