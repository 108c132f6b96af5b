import { describe, expect, it } from 'vitest';
import { readSignature, signatureMembers, signFirst } from '../../../../../core/src/dialects/openai-chat/translate/google-signature.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';
import { call } from './examples.ts';

const mine = { dialect: 'google-generate-content', value: 'c2ln' };

describe('readSignature', () => {
  it.each<JsonValue>([
    null,
    'x',
    {},
    { google: null },
    { google: 'x' },
    { google: { thought_signature: '' } },
    { google: { thought_signature: 5 } },
  ])('finds none in %j', (extra) => {
    expect(readSignature({ extra_content: extra })).toBeUndefined();
  });

  it('reads what signatureMembers writes', () => {
    expect(readSignature(signatureMembers(mine))).toEqual(mine);
  });
});

describe('signatureMembers', () => {
  it('writes nothing that is not Google’s', () => {
    expect(signatureMembers({ dialect: 'anthropic-messages', value: 's' })).toEqual({});
    expect(signatureMembers(undefined)).toEqual({});
  });
});

describe('signFirst', () => {
  it('signs the first call, unless it has a signature', () => {
    const calls = [call('a'), call('b')];
    expect(signFirst(calls, mine)).toEqual([]);
    expect(calls).toEqual([{ ...call('a'), opaque: mine }, call('b')]);
    const other = { ...mine, value: 'other' };
    expect(signFirst(calls, other)).toEqual([{ kind: 'reasoning', text: '', opaque: other }]);
  });

  it('without calls it stands for itself', () => {
    expect(signFirst([], mine)).toEqual([{ kind: 'reasoning', text: '', opaque: mine }]);
    expect(signFirst([call('a')], undefined)).toEqual([]);
  });
});
