import { auditBreak } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { auditedKeys } from '../../cli/src/audited-keys.ts';
import { memoryAuditLog } from '../../core/src/services/audit-log.ts';
import { memoryKeyStore } from '../../core/src/services/key-store.ts';
import { Digests, type KeyManager, keyManager } from '../../plugins/auth-keys/src/index.ts';

function keys() {
  const log = memoryAuditLog();
  const digests = new Digests('Zt4Wq9Lx7Bv2Nc5Kd8Rj1Hf6Gm3Ps0Yu4Ta7We2Ib9Oo');
  const plain: KeyManager = keyManager({ store: memoryKeyStore(), digests, environment: 'test', now: () => 1 });
  return { log, plain, audited: auditedKeys(plain, log, 'cli:ann') };
}

describe('auditedKeys', () => {
  it('writes down each change, with who and what, and no secret', async () => {
    const { log, audited } = keys();
    const { key, record } = await audited.create({ label: 'ci' });
    await audited.update(record.id, { label: 'new', plan: 'pro' });
    const { key: rotated } = await audited.rotate(record.id, { graceSeconds: 0 });
    await audited.revoke(record.id);
    await audited.get(record.id);
    await audited.list({ limit: 10 });
    const entries = await log.read(0, 10);
    expect(auditBreak(entries)).toBeUndefined();
    expect(entries.map(({ actor, action, subject, outcome, details }) => [actor, action, subject, outcome, details])).toEqual([
      ['cli:ann', 'keys.create', record.id, 'done', { label: 'ci' }],
      ['cli:ann', 'keys.update', record.id, 'done', { changed: 'label, plan' }],
      ['cli:ann', 'keys.rotate', record.id, 'done', { graceSeconds: '0' }],
      ['cli:ann', 'keys.revoke', record.id, 'done', undefined],
    ]);
    expect(JSON.stringify(entries)).not.toContain(key.slice(-20));
    expect(JSON.stringify(entries)).not.toContain(rotated.slice(-20));
  });

  it('changes nothing while the log is away', async () => {
    const { log, plain, audited } = keys();
    log.recent = async () => Promise.reject(new Error('the log is away'));
    await expect(audited.create({ label: 'ci' })).rejects.toThrow('the log is away');
    expect((await plain.list({ limit: 10 })).keys).toEqual([]);
  });

  it('says so when something was done and the log does not have it', async () => {
    const { log, plain, audited } = keys();
    const { record } = await plain.create({ label: 'ci' });
    log.append = async () => Promise.reject(new Error('disk full'));
    await expect(audited.revoke(record.id)).rejects.toThrow(
      `It was done (keys.revoke of ${record.id}), but the audit log does not say so: disk full`,
    );
  });
});
