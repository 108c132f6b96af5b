import { GatewayError, type KeyStore, type StoredKey, z } from '@express-ai-gateway/core/plugin';
import type { Digests } from './digests.ts';
import { newKey, newPublicId } from './key-text.ts';
import { scopeName } from './options.ts';
import { restrictions } from './restrictions.ts';

const timeRule = 'a time such as 2027-01-31T12:00:00Z';

const name = z.string().min(1, { error: 'at least one character' }).max(200, { error: '200 characters at most' });

const time = z.iso.datetime({ offset: true, error: timeRule });

const metadata = z
  .record(z.string().regex(/^[\w.-]{1,64}$/, { error: 'letters, digits, _ . - (64 at most)' }), z.string().max(500))
  .refine((entries) => Object.keys(entries).length <= 50, { error: '50 entries at most' });

const changeable = {
  /** What people know it by. */
  label: name,
  plan: name,
  scopes: z.array(scopeName).max(100),
  metadata,
  restrictions,
  expiresAt: time,
};

export const newKeyInput = z.strictObject({
  ...z.strictObject(changeable).partial().shape,
  label: changeable.label,
  tenant: name.optional(),
  app: name.optional(),
  user: name.optional(),
});

/** `null` takes away what was there. */
export const updateInput = z.strictObject({
  label: changeable.label.optional(),
  plan: changeable.plan.nullable().optional(),
  scopes: changeable.scopes.nullable().optional(),
  metadata: changeable.metadata.nullable().optional(),
  restrictions: changeable.restrictions.nullable().optional(),
  expiresAt: changeable.expiresAt.nullable().optional(),
  /** Of the key as you saw it: if somebody has changed it since, nothing is done. */
  revision: z.int().min(1).optional(),
});

/** Thirty days. */
const maxGraceSeconds = 30 * 24 * 3_600;

export const rotateInput = z.strictObject({
  /** How long the old secret still works. Default one hour; 0: it ends now. */
  graceSeconds: z.int().min(0).max(maxGraceSeconds).default(3_600),
});

export type NewKeyInput = z.input<typeof newKeyInput>;
export type UpdateInput = z.input<typeof updateInput>;
export type RotateInput = z.input<typeof rotateInput>;

/** A key as its operators see it: neither it nor its digest. Times as ISO 8601. */
export interface KeyView {
  readonly id: string;
  readonly revision: number;
  readonly state: 'active' | 'expired' | 'revoked';
  readonly label: string;
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly plan?: string;
  readonly scopes?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly restrictions?: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** Until when the secret before the last rotation works. */
  readonly graceUntil?: string;
  readonly lastUsedAt?: string;
}

/** A key just made or rotated. `key` is told this once and kept nowhere. */
export interface NewlyMade {
  readonly key: string;
  readonly record: KeyView;
}

export interface KeyManager {
  create(input: NewKeyInput): Promise<NewlyMade>;
  /** `tenant`: only that one's, here and below; another's is as if it were not there. */
  list(query: { readonly tenant?: string | undefined; readonly after?: string | undefined; readonly limit: number }): Promise<KeyList>;
  get(id: string, tenant?: string): Promise<KeyView>;
  update(id: string, changes: UpdateInput, tenant?: string): Promise<KeyView>;
  /** A new secret of the same key. */
  rotate(id: string, input: RotateInput, tenant?: string): Promise<NewlyMade>;
  /** For good. Again: nothing happens. */
  revoke(id: string, tenant?: string): Promise<KeyView>;
}

export interface KeyList {
  readonly keys: readonly KeyView[];
  readonly next: string | undefined;
}

export interface KeyManagerOptions {
  readonly store: KeyStore;
  readonly digests: Digests;
  readonly environment: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Times that a change is tried again because another came first. */
const maxTries = 10;

/** What is done with keys, for the admin plane and the command line. Rejects with `GatewayError`s that say what to do. */
export function keyManager({ store, digests, environment, now }: KeyManagerOptions): KeyManager {
  async function found(id: string, tenant: string | undefined): Promise<StoredKey> {
    const key = await store.find(id);
    if (key === undefined || (tenant !== undefined && key.tenant !== tenant)) throw unknownKey();
    return key;
  }

  /** Changes what is there now, whoever else changes it meanwhile. */
  async function changed(id: string, tenant: string | undefined, change: (key: StoredKey) => StoredKey): Promise<StoredKey> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const key = await found(id, tenant);
      const next = change(key);
      if (next === key) return key;
      const replaced = { ...next, revision: key.revision + 1 };
      if (await store.replace(replaced)) return replaced;
    }
    throw conflict();
  }

  async function viewed(keys: readonly StoredKey[]): Promise<KeyView[]> {
    const uses = await store.lastUsed(keys.map(({ publicId }) => publicId));
    return keys.map((key) => viewOf(key, uses.get(key.publicId), now()));
  }

  const viewOne = async (key: StoredKey): Promise<KeyView> => (await viewed([key]))[0] as KeyView;

  return {
    async create(input) {
      const given = checked(newKeyInput, input);
      const publicId = newPublicId();
      const key = newKey(environment, publicId);
      const stored = storedKey(given, publicId, digests.of(key), now());
      if (!(await store.add(stored))) throw new Error('a public id came twice, which chance does not do');
      return { key, record: viewOf(stored, undefined, now()) };
    },
    async list({ tenant, after, limit }) {
      const { keys, next } = await store.list({ limit, ...(tenant !== undefined && { tenant }), ...(after !== undefined && { after }) });
      return { keys: await viewed(keys), next };
    },
    get: async (id, tenant) => viewOne(await found(id, tenant)),
    async update(id, input, tenant) {
      const { revision, ...changes } = checked(updateInput, input);
      return viewOne(
        await changed(id, tenant, (key) => {
          if (revision !== undefined && revision !== key.revision) throw conflict();
          if (key.revokedAt !== undefined) throw alreadyRevoked();
          return withChanges(key, changes);
        }),
      );
    },
    async rotate(id, input, tenant) {
      const { graceSeconds } = checked(rotateInput, input);
      const key = newKey(environment, id);
      const digest = digests.of(key).toString('base64url');
      const stored = await changed(id, tenant, (old) => {
        if (old.revokedAt !== undefined) throw alreadyRevoked();
        const { previous: _ended, ...kept } = old;
        return { ...kept, digest, ...(graceSeconds > 0 && { previous: { digest: old.digest, until: now() + graceSeconds * 1_000 } }) };
      });
      return { key, record: await viewOne(stored) };
    },
    async revoke(id, tenant) {
      return viewOne(await changed(id, tenant, (key) => (key.revokedAt === undefined ? { ...key, revokedAt: now() } : key)));
    },
  };
}

function storedKey(given: z.output<typeof newKeyInput>, publicId: string, digest: Buffer, createdAt: number): StoredKey {
  const { expiresAt, ...rest } = given;
  if (expiresAt !== undefined && Date.parse(expiresAt) <= createdAt) throw badInput('expiresAt: expected a time to come');
  return {
    publicId,
    revision: 1,
    digest: digest.toString('base64url'),
    ...(defined(rest) as Omit<typeof rest, never>),
    createdAt,
    ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
  } as StoredKey;
}

function withChanges(key: StoredKey, { expiresAt, ...changes }: Omit<z.output<typeof updateInput>, 'revision'>): StoredKey {
  const at = typeof expiresAt === 'string' ? Date.parse(expiresAt) : expiresAt;
  const all = { ...key, ...defined({ ...changes, expiresAt: at }) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as unknown as StoredKey;
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function viewOf(key: StoredKey, lastUsedAt: number | undefined, now: number): KeyView {
  const { publicId, digest: _digest, previous, createdAt, expiresAt, revokedAt, ...shown } = key;
  const expired = expiresAt !== undefined && expiresAt <= now;
  const graceUntil = previous !== undefined && previous.until > now ? previous.until : undefined;
  return {
    id: publicId,
    state: revokedAt !== undefined ? 'revoked' : expired ? 'expired' : 'active',
    ...shown,
    createdAt: iso(createdAt),
    ...times({ expiresAt, revokedAt, graceUntil, lastUsedAt }),
  };
}

function times(all: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).flatMap(([field, at]) => (at === undefined ? [] : [[field, iso(at)]])));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Checked here too: the command line comes without the admin plane. */
function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the input'}: ${message}`);
  throw badInput(problems.join('; '));
}

function badInput(what: string): GatewayError {
  return new GatewayError({ status: 400, code: 'KEY_BAD_INPUT', message: `The key cannot be like this: ${what}.` });
}

function unknownKey(): GatewayError {
  return new GatewayError({ status: 404, code: 'KEY_UNKNOWN', message: 'There is no such API key. List the keys to see their ids.' });
}

function alreadyRevoked(): GatewayError {
  return new GatewayError({ status: 409, code: 'KEY_REVOKED', message: 'This API key was revoked, which is for good. Make a new one.' });
}

function conflict(): GatewayError {
  return new GatewayError({
    status: 409,
    code: 'KEY_CHANGED',
    message: 'Somebody else changed this API key at the same time. Look at it again, then repeat the change if it still fits.',
  });
}
