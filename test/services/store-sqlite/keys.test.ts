import { KeyStore } from '@express-ai-gateway/core/plugin';
import { keyStoreCases } from '@express-ai-gateway/plugin-kit';
import { describe, it } from 'vitest';
import { opening } from './support/files.ts';

describe('sqliteKeyStore', () => {
  for (const { name, run } of keyStoreCases(opening(KeyStore))) it(name, run);
});
