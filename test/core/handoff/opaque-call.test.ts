import { describe, expect, it } from 'vitest';
import { OpaqueCall } from '../../../core/src/handoff/opaque-call.ts';
import type { Call } from '../../../core/src/model/call.ts';

describe('an opaque call', () => {
  const call: Call = new OpaqueCall('pass-through:openai', 12);

  it('says what is known without reading it', () => {
    expect(call).toMatchObject({
      opaque: true,
      dialect: 'pass-through:openai',
      model: '',
      stream: false,
      states: [],
      edited: false,
      byteLength: 12,
    });
  });

  it.each([
    ['body', () => call.body],
    ['tools', () => call.tools],
    ['texts()', () => call.texts()],
    ['attachments()', () => call.attachments()],
    ['set()', () => call.set(['a'], 1)],
    ['remove()', () => call.remove(['a'])],
  ])('has no %s, and says why', (what, look) => {
    expect(look).toThrow(new TypeError(`call.${what}: pass-through:openai carries its requests unread; look at call.opaque first`));
  });

  it('is one for all plugins: none changes it', () => {
    expect(() => Object.assign(call, { model: 'other' })).toThrow(TypeError);
  });
});
