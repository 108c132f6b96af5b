import { describe, expect, it } from 'vitest';
import { keyRecord, keyTable } from '../../cli/src/print.ts';
import type { KeyView } from '../../plugins/auth-keys/src/index.ts';

const key: KeyView = { id: 'abc', revision: 1, state: 'active', label: 'ci', createdAt: '2026-01-31T10:00:00.000Z' };

describe('keyTable', () => {
  it('is as wide as what is in it', () => {
    const full: KeyView = {
      ...key,
      id: 'abcdef',
      tenant: 'acme',
      state: 'revoked',
      expiresAt: '2026-05-01T10:00:00.000Z',
      lastUsedAt: '2026-02-01T09:30:12.000Z',
      restrictions: { models: ['x'], hours: {} },
    };
    expect(keyTable([key, full])).toBe(
      [
        'ID      LABEL  TENANT  STATE    EXPIRES            LAST USED          RESTRICTED TO',
        'abc     ci     -       active   never              -                  -',
        'abcdef  ci     acme    revoked  2026-05-01 10:00Z  2026-02-01 09:30Z  models, hours',
      ].join('\n'),
    );
  });

  it('says so when there are none', () => {
    expect(keyTable([])).toBe('There are no keys.');
  });

  it.each(['\u001b[2J', '\u009b2J', '\u202e', 'a\nb', '\u2028', '\r', '\u0000'])(
    'shows no text that moves the cursor or turns a line: %j',
    (label) => {
      const [, row = ''] = keyTable([{ ...key, label: `x${label}y` }]).split('\n');
      expect(keyTable([{ ...key, label: `x${label}y` }]).split('\n')).toHaveLength(2);
      expect(row).toContain('\ufffd');
      expect(row).toMatch(/^[\x20-\x7e\ufffd]+$/);
    },
  );
});

describe('keyRecord', () => {
  it('has a line for each field', () => {
    expect(keyRecord({ ...key, restrictions: { models: ['chat'] } })).toBe(
      [
        'id            abc',
        'revision      1',
        'state         active',
        'label         ci',
        'createdAt     2026-01-31T10:00:00.000Z',
        'restrictions  {"models":["chat"]}',
      ].join('\n'),
    );
  });
});
