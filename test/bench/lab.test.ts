import { describe, expect, it, onTestFinished } from 'vitest';
import { contenders, formatContenders, withPlugins } from '../../bench/contenders.ts';
import { Lab } from '../../bench/lab.ts';
import { cpuList, readMachine } from '../../bench/machine.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';

leavesNothing();

async function lab(): Promise<Lab> {
  const opened = await Lab.open({ ...readMachine(), cpus: undefined });
  onTestFinished(() => opened.close());
  return opened;
}

describe('the processes of a run', () => {
  const { direct, floor, least, hpm, gateway, logging } = contenders;

  it.each([direct, floor, least, hpm, gateway, logging, withPlugins(2), ...formatContenders])(
    '$name answers whole and streamed as the mock upstream does',
    async (one) => {
      const opened = await lab();
      const running = await opened.running(one);
      await opened.verify(running, 1_000);
      await opened.verify(running, 32_000);
      await opened.verify(running, 1_000, { events: 203, gapMs: 0 });
      await opened.verify(running, 1_000, { events: 5, gapMs: 1 });
    },
    60_000,
  );

  it('tell what they used, and end when they are told to', async () => {
    const opened = await lab();
    const running = await opened.fresh(contenders.floor);
    const before = await running.usage();
    await opened.load.call('connect', { ...opened.request(running, 1_000), connections: 4 });
    const { requests } = await opened.load.call('slice', 200);
    await opened.load.call('disconnect');
    const after = await running.usage();
    expect(requests).toBeGreaterThan(0);
    expect(after.cpuUs).toBeGreaterThan(before.cpuUs);
    expect(after.rss).toBeGreaterThan(10 * 1024 * 1024);
    await running.stop();
    await expect(running.usage()).rejects.toThrow('the process ended');
  }, 60_000);

  it('a contender that does not do its work stops the run before it is measured', async () => {
    const opened = await lab();
    const running = await opened.running({ ...contenders.gateway, path: '/elsewhere' });
    await expect(opened.verify(running, 1_000)).rejects.toThrow(/^gateway does not answer as it should: status 404/);
  }, 60_000);

  it('one that cannot start says why', async () => {
    const opened = await lab();
    await expect(opened.fresh({ name: 'none', title: '', file: 'gateways/none.ts', path: '/' })).rejects.toThrow(
      /none\.ts ended with code 1/,
    );
  }, 60_000);
});

describe('the CPUs that a process may use', () => {
  it.each([
    ['0-1', [0, 1]],
    ['0-2,5\n', [0, 1, 2, 5]],
    ['3', [3]],
    ['', []],
  ])('%j are %j', (text, expected) => {
    expect(cpuList(text)).toEqual(expected);
  });
});
