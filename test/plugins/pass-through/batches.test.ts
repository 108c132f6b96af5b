import { describe, expect, it } from 'vitest';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { refuseBatches } from '../../../plugins/pass-through/src/batches.ts';

const provider = openai({ apiKey: 'sk-x' });
const contentType = 'multipart/form-data; boundary=b';

describe('refuseBatches', () => {
  it.each([
    '/v1/batches',
    '/v1/batches/',
    '/v1/BATCHES',
    '/v1/%62atches',
    '/v1/batches;x=1',
    '/v1/%zz/batches',
    '/openai/v1/batches',
    '/v1/messages/batches',
    '/v1beta/models/x:batchGenerateContent',
    '/v1beta/models/x:asyncBatchEmbedContent',
  ])('refuses to make one: POST %s', (path) => {
    expect(() => refuseBatches({ method: 'POST', path, contentType, provider })).toThrow(/Batches are not metered/);
  });

  it.each([
    ['GET', '/v1/batches'],
    ['GET', '/v1/batches/batch_1'],
    ['POST', '/v1/batches/batch_1/cancel'],
    ['DELETE', '/v1/messages/batches/1'],
    ['GET', '/v1/files'],
    ['POST', '/v1/audio/speech'],
    ['POST', '/v1/filesystem'],
  ])('lets go by, unlooked at: %s %s', (method, path) => {
    expect(refuseBatches({ method, path, contentType, provider })).toBeUndefined();
  });

  it('looks at files where they say what they are for, and takes no form that it cannot read', () => {
    expect(refuseBatches({ method: 'POST', path: '/v1/files', contentType, provider })).toBeDefined();
    for (const type of [undefined, 'application/json', 'multipart/mixed; boundary=b'])
      expect(() => refuseBatches({ method: 'POST', path: '/v1/files', contentType: type, provider })).toThrow(/form/);
    const other = anthropic({ apiKey: 'sk-x' });
    expect(refuseBatches({ method: 'POST', path: '/v1/files', contentType, provider: other })).toBeUndefined();
  });

  it('reads the purpose without regard to case', () => {
    const inspector = refuseBatches({ method: 'POST', path: '/v1/files', contentType, provider });
    expect(() => inspector?.push(Buffer.from('--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nBatch'))).toThrow(/Batches/);
  });
});
