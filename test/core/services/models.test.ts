import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import type { JsonObject } from '../../../core/src/model/json.ts';
import { provide } from '../../../core/src/services/container.ts';
import { type AuxiliaryCall, Models } from '../../../core/src/services/models.ts';
import { answerWhole, running, upstream } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

const question: JsonObject = { model: 'chat', messages: [{ role: 'user', content: 'Is this allowed?' }] };

/** Asks a model before it lets a request through, and remembers what it was told. */
function asking(told: unknown[], call: AuxiliaryCall) {
  return definePlugin({
    name: 'asking',
    requires: [Models],
    create: (_options, { models }) => ({
      async beforeRoute(context) {
        // A child exchange comes through the same plugins; it asks no more.
        if (told.length > 0) return;
        told.push('asked');
        const { status, json } = await models.call(context, call);
        told.push(status, (json as { choices: { message: { content: string } }[] }).choices[0]?.message.content);
      },
    }),
  })();
}

describe('Models', () => {
  it('lets a plugin ask a model of the gateway', async () => {
    const told: unknown[] = [];
    const up = await upstream(answerWhole('yes'));
    const { chat } = await running(up.url, { plugins: [asking(told, { dialect: 'openai-chat', body: question })] });
    expect((await chat()).status).toBe(200);
    expect(told).toEqual(['asked', 200, 'yes']);
    expect(up.bodies.map((body) => (JSON.parse(body) as typeof question).messages)).toEqual([
      question.messages,
      [{ role: 'user', content: 'Hello' }],
    ]);
  });

  it('can be replaced, like any service', async () => {
    const told: unknown[] = [];
    const up = await upstream();
    const own: Models = {
      call: async () => ({ status: 203, json: { choices: [{ message: { content: 'from elsewhere' } }] }, settlement: undefined as never }),
    };
    const plugins = [asking(told, { dialect: 'openai-chat', body: question })];
    const { chat } = await running(up.url, { plugins, services: [provide(Models, own)] });
    expect((await chat()).status).toBe(200);
    expect(told).toEqual(['asked', 203, 'from elsewhere']);
    expect(up.bodies).toHaveLength(1);
  });
});
