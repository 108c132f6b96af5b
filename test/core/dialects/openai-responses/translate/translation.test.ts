import { describe, expect, it } from 'vitest';
import { responsesTranslation } from '../../../../../core/src/dialects/openai-responses/translate/translation.ts';
import { about } from './answers.ts';

describe('responsesTranslation', () => {
  it('has one reader and one writer per stream', () => {
    const call = { kind: 'toolCall', call: 0, id: 'a', name: 'f', opaque: undefined } as const;
    const [first, second] = [responsesTranslation.streamWriter(about), responsesTranslation.streamWriter(about)];
    first.write(call);
    expect(second.end()).not.toContain('function_call');
    const item = { type: 'response.output_item.added', output_index: 0, item: { type: 'function_call', call_id: 'a', name: 'f' } };
    const [one, two] = [responsesTranslation.streamReader(), responsesTranslation.streamReader()];
    expect(one.read(item, undefined)).toEqual(two.read(item, undefined));
  });

  it('says in its own words what it could not read', () => {
    const { losses } = responsesTranslation.decodeRequest({ input: 'x', previous_response_id: 'resp_1' }, { model: 'm', stream: false });
    expect(losses).toEqual([{ field: 'previous_response_id', level: 'refuse' }]);
  });
});
