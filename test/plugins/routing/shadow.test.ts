import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { region } from '../../../plugins/routing/src/region.ts';
import { type Mirrored, shadow } from '../../../plugins/routing/src/shadow.ts';
import { answerStream, answerWhole, gate, type Upstream } from '../../core/harness/loopback.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { contextOf, hooksOf, target } from './context.ts';
import { failing, knowing, several } from './gateway.ts';

leavesNothing();

const everything = { to: 'copy/m', share: 1, perMinute: 1_000 } as const;

/** Hears of mirrored calls; `heard` waits for so many. */
function reports(): { readonly list: Mirrored[]; readonly report: (mirrored: Mirrored) => void; heard(count: number): Promise<void> } {
  const list: Mirrored[] = [];
  return {
    list,
    report: (mirrored) => void list.push(mirrored),
    async heard(count) {
      while (list.length < count) await new Promise((go) => setTimeout(go, 2));
    },
  };
}

const models = { chat: 'a/m' };

describe('shadow', () => {
  it('neither delays nor fails the main call, whatever becomes of the copy', async () => {
    const { open, opened } = gate();
    const never: Upstream = (...parts) => opened.then(() => failing(...parts));
    const { report, list, heard } = reports();
    const { chat, asked } = await several(['a', 'copy'], { models, plugins: [shadow({ ...everything, report })] }, { copy: never });
    const answer = await chat();
    expect([answer.status, answer.json.choices?.[0]?.message.content]).toEqual([200, 'from a']);
    expect(list).toEqual([]);
    open();
    await heard(1);
    expect(list[0]?.shadow.status).toBe(502);
    expect(list[0]?.main).toMatchObject({ outcome: 'completed', status: 200 });
    expect(asked).toEqual(['a', 'copy']);
  });

  it('sends the same call to the other target, and tells both outcomes', async () => {
    const { report, list, heard } = reports();
    const { chat, bodies } = await several(['a', 'copy'], { models, plugins: [shadow({ ...everything, report })] });
    const { headers } = await chat({ temperature: 0.5 });
    await heard(1);
    expect(bodies.map((body) => JSON.parse(body) as object)).toEqual([
      { model: 'm', messages: [{ role: 'user', content: 'Hello' }], temperature: 0.5 },
      { model: 'm', messages: [{ role: 'user', content: 'Hello' }], temperature: 0.5, stream: false },
    ]);
    expect(list[0]).toMatchObject({
      exchange: headers['x-request-id'],
      model: 'chat',
      shadow: { status: 200, settlement: { target: { id: 'copy/m' } } },
    });
    expect(JSON.stringify(list[0]?.shadow.json)).toContain('from copy');
  });

  it('mirrors a stream as a whole answer, without the options that only streams have', async () => {
    const { report, heard } = reports();
    const { chat, bodies } = await several(
      ['a', 'copy'],
      { models, plugins: [shadow({ ...everything, report })] },
      { a: answerStream('one', 'two'), copy: answerWhole('copy') },
    );
    const { text } = await chat({ stream: true, stream_options: { include_usage: true } });
    expect(text).toContain('two');
    await heard(1);
    expect(JSON.parse(bodies[1] ?? '')).toEqual({ model: 'm', messages: [{ role: 'user', content: 'Hello' }], stream: false });
  });

  it('has a share and a budget of its own', async () => {
    const none = await several(['a', 'copy'], { models, plugins: [shadow({ ...everything, share: 0 })] });
    await none.chat();
    expect(none.asked).toEqual(['a']);
    const { report, heard } = reports();
    const few = await several(['a', 'copy'], { models, plugins: [shadow({ ...everything, perMinute: 2, report })] });
    for (let index = 0; index < 5; index += 1) await few.chat();
    await heard(2);
    expect(few.asked.filter((name) => name === 'copy')).toHaveLength(2);
  });

  it('copies no call that failed, that went to the same target, or of another model', async () => {
    const failed = await several(['a', 'copy'], { models, plugins: [shadow(everything)] }, { a: failing });
    expect((await failed.chat()).status).toBe(502);
    const same = await several(['a', 'copy'], { models: { chat: 'copy/m' }, plugins: [shadow(everything)] });
    await same.chat();
    const other = await several(['a', 'copy'], { models, plugins: [shadow({ ...everything, models: 'embed' })] });
    await other.chat();
    expect([failed.asked, same.asked, other.asked]).toEqual([['a'], ['copy'], ['a']]);
  });

  it('never copies its copies', async () => {
    const { report, heard } = reports();
    const both = [shadow({ ...everything, name: 'one', report }), shadow({ ...everything, name: 'two', to: 'other/m', report })];
    const { chat, asked, logger } = await several(['a', 'copy', 'other'], { models, plugins: both });
    await chat();
    await heard(2);
    expect(logger.texts('warn')).toEqual([]);
    expect([...asked].sort()).toEqual(['a', 'copy', 'other']);
  });

  it('passes the other plugins: what they change is changed, and a region is not left', async () => {
    const masking = (): GatewayPlugin =>
      definePlugin({
        name: 'masking',
        create: () => ({
          beforeRoute({ call }) {
            for (const text of call.texts()) text.replace(text.text.replaceAll('Hello', '####'));
          },
        }),
      })();
    const who = { id: 'k', kind: 'key', metadata: { region: 'eu' } } as const;
    const { report, list, heard } = reports();
    const inside = await several(['a', 'copy'], { models, plugins: [masking(), shadow({ ...everything, report })] });
    await inside.chat();
    await heard(1);
    expect(inside.bodies.join()).not.toContain('Hello');
    const plugins = [knowing(who), region({ regions: { eu: ['a/*'] } }), shadow({ ...everything, report })];
    const outside = await several(['a', 'copy'], { models, plugins, allowAnonymous: false });
    await outside.chat();
    await heard(2);
    expect(list[1]?.shadow.status).toBe(403);
    expect(outside.asked).toEqual(['a']);
  });

  it('whose report throws costs a line in the log, nothing else', async () => {
    const report = (): never => {
      throw new Error('full');
    };
    const { chat, logger, gateway } = await several(['a', 'copy'], { models, plugins: [shadow({ ...everything, report })] });
    expect((await chat()).status).toBe(200);
    await gateway.close();
    expect(logger.texts('warn')).toEqual([expect.stringContaining('the call itself did not')]);
  });

  it('is waited for when the gateway closes, its report included', async () => {
    const list: Mirrored[] = [];
    const report = async (mirrored: Mirrored): Promise<void> => {
      await new Promise((go) => setTimeout(go, 100));
      list.push(mirrored);
    };
    const { chat, gateway } = await several(['a', 'copy'], { models, plugins: [shadow({ ...everything, report })] });
    await chat();
    await gateway.close();
    expect(list).toHaveLength(1);
  });

  it('leaves its reason, and is not waited for without end: its provider may never answer', async () => {
    const clock = manualClock();
    const hooks = hooksOf(shadow(everything), { clock, models: { call: () => new Promise(() => {}) } });
    const response = { status: 200, headers: {}, source: 'upstream', target: target('a/m'), body: {} };
    const context = contextOf();
    void hooks.afterResponse?.(Object.assign(context, { response }) as never);
    const closed = hooks.dispose?.();
    expect(clock.armed).toBe(1);
    expect(context.reasons).toEqual([{ strategy: 'routing.shadow', note: 'a copy goes to copy/m', kept: ['copy/m'], excluded: [] }]);
    clock.advance(5_000);
    await closed;
    expect(clock.armed).toBe(0);
  });

  it('goes to no target that this gateway does not have', async () => {
    const { report, list, heard } = reports();
    const { chat } = await several(['a'], { models, plugins: [shadow({ ...everything, report })] });
    expect((await chat()).status).toBe(200);
    await heard(1);
    expect(list[0]?.shadow.status).toBe(404);
  });

  it.each([[{ to: 'a/*' }], [{ to: 'a/m', share: 2 }], [{ to: 'a/m', perMinute: 0 }], [{}], [{ to: 'a/m', report: 'x' }]])(
    'refuses %j',
    (options) => expect(() => shadow(options as never)).toThrow(/routing\.shadow cannot be used/),
  );
});
