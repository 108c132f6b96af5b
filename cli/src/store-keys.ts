import { existsSync } from 'node:fs';
import { apiKeysOptions, Digests, type KeyManager, keyManager } from '@express-ai-gateway/auth-keys';
import { AuditLog, KeyStore, type Logger, parseOptions, type ServiceProvision } from '@express-ai-gateway/core/plugin';
import { auditedKeys } from './audited-keys.ts';
import { Problem } from './problem.ts';

export interface StoreKeysOptions {
  /** A file of SQLite, or a URL of PostgreSQL or Redis. */
  readonly store: string;
  readonly pepper: string;
  readonly environment: string | undefined;
  /** Who does it, for the audit log. */
  readonly actor: string;
  /** Whether a file that is not there is to be made. */
  readonly make: boolean;
}

export interface OpenKeys {
  readonly keys: KeyManager;
  readonly close: () => Promise<void>;
}

/** Nobody waits here but a person: a server far away may take its time. Milliseconds. */
const patienceMs = 10_000;

/** Keys in the store that a gateway uses, whether it runs or not; every change goes into the store's audit log, if it has one. */
export async function storeKeys({ store, pepper, environment, actor, make }: StoreKeysOptions): Promise<OpenKeys> {
  const options = parseOptions('GATEWAY_PEPPER', apiKeysOptions, { pepper, ...(environment !== undefined && { environment }) });
  const provisions = await provisionsOf(store, make);
  const made: unknown[] = [];
  const opened = <T>(token: { readonly symbol: symbol }): T | undefined => {
    const service = provisions.find((one) => one.token.symbol === token.symbol)?.make((() => silent) as never);
    if (service !== undefined) made.push(service);
    return service as T | undefined;
  };
  const keyStore = opened<KeyStore>(KeyStore) as KeyStore;
  const log = opened<AuditLog>(AuditLog);
  const manager = keyManager({
    store: keyStore,
    digests: new Digests(options.pepper),
    environment: options.environment,
    now: () => Date.now(),
  });
  return {
    keys: log === undefined ? manager : auditedKeys(manager, log, actor),
    async close() {
      for (const service of made) await (service as { close?(): unknown }).close?.();
    },
  };
}

async function provisionsOf(store: string, make: boolean): Promise<readonly ServiceProvision[]> {
  if (/^postgres(ql)?:/.test(store)) {
    const { postgresStore } = await import('@express-ai-gateway/store-postgres');
    return postgresStore({ url: store, deadlineMs: patienceMs });
  }
  if (/^rediss?:/.test(store)) {
    const { redisStore } = await import('@express-ai-gateway/store-redis');
    return redisStore({ url: store, use: ['keys'], keysDeadlineMs: patienceMs });
  }
  if (/^[a-z+.-]+:\/\//i.test(store))
    throw new Problem('Expected a file of SQLite, or a URL that begins with postgres:// or redis://. This one begins otherwise.');
  if (!make && !existsSync(store))
    throw new Problem(`There is no file ${JSON.stringify(store)}. Is this where the gateway keeps its keys?`);
  const { sqliteStore } = await import('@express-ai-gateway/store-sqlite');
  return sqliteStore({ path: store });
}

/** What goes wrong is told once, by the command that it stops. */
const silent: Logger = { enabled: () => false, log: () => {} };
