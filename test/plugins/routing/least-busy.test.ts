import { expect, it } from 'vitest';
import { leastBusy } from '../../../plugins/routing/src/least-busy.ts';
import { answerWhole, gate, type Upstream } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { failing, several } from './gateway.ts';

leavesNothing();

/** Answers when the test says so. */
function held(): { readonly answer: Upstream; readonly open: () => void } {
  const { open, opened } = gate();
  return { open: () => open(), answer: (...parts) => opened.then(() => answerWhole('at last')(...parts)) };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setTimeout(go, 2));
}

it('asks the target with the fewest calls under way, and the first of equals', async () => {
  const [a, b] = [held(), held()];
  const { chat, asked } = await several(['a', 'b'], { plugins: [leastBusy()] }, { a: a.answer, b: b.answer });
  const under: Promise<unknown>[] = [];
  for (const expected of ['a', 'b', 'a', 'b']) {
    under.push(chat());
    await until(() => asked.length === under.length);
    expect(asked.at(-1)).toBe(expected);
  }
  a.open();
  await Promise.all([under[0], under[2]]);
  await chat();
  expect(asked.at(-1)).toBe('a');
  b.open();
  await Promise.all(under);
});

it('forgets attempts that failed and clients that left', async () => {
  const slow = held();
  const over = gate();
  const leftAlone: Upstream = (req, res, body) => {
    res.on('close', () => over.open());
    return slow.answer(req, res, body);
  };
  const { chat, asked } = await several(['a', 'b'], { plugins: [leastBusy()] }, { a: leftAlone, b: failing });
  const leaving = new AbortController();
  const left = chat({}, { signal: leaving.signal }).catch(() => 'left');
  await until(() => asked.length === 1);
  leaving.abort();
  expect(await left).toBe('left');
  await over.opened;
  const next = chat();
  await until(() => asked.length === 2);
  expect(asked[1]).toBe('a');
  slow.open();
  expect((await next).status).toBe(200);
});
