import type { KeyManager } from '@express-ai-gateway/auth-keys';
import type { AuditEvent, AuditLog } from '@express-ai-gateway/core/plugin';
import { Problem } from './problem.ts';

type Said = Pick<AuditEvent, 'subject' | 'details'>;

/** The same keys, with each change in the audit log, as the admin plane does it: nothing is changed while the log is away. */
export function auditedKeys(keys: KeyManager, log: AuditLog, actor: string): KeyManager {
  async function audited<T>(action: string, act: () => Promise<T>, said: (result: T) => Said): Promise<T> {
    await log.recent(1);
    const result = await act();
    try {
      await log.append({ at: Date.now(), actor, action, outcome: 'done', ...said(result) });
    } catch (error) {
      throw new Problem(
        `It was done (${action} of ${said(result).subject}), but the audit log does not say so: ${(error as Error).message}`,
      );
    }
    return result;
  }

  return {
    list: keys.list,
    get: keys.get,
    create: (input) =>
      audited(
        'keys.create',
        () => keys.create(input),
        ({ record }) => ({ subject: record.id, details: { label: record.label } }),
      ),
    update: (id, changes) =>
      audited(
        'keys.update',
        () => keys.update(id, changes),
        () => ({ subject: id, details: { changed: Object.keys(changes).join(', ') } }),
      ),
    rotate: (id, input) =>
      audited(
        'keys.rotate',
        () => keys.rotate(id, input),
        () => ({ subject: id, details: { graceSeconds: String(input.graceSeconds) } }),
      ),
    revoke: (id) =>
      audited(
        'keys.revoke',
        () => keys.revoke(id),
        () => ({ subject: id }),
      ),
  };
}
