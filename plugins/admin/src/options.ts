import type { IncomingMessage } from 'node:http';
import { type AdminActor, weakSecret, z } from '@express-ai-gateway/core/plugin';

const secret = z.string({ error: 'at least 128 random bits, e.g. of "openssl rand -base64 32"' }).superRefine((value, refinement) => {
  const problem = weakSecret(value);
  if (problem !== undefined) refinement.addIssue({ code: 'custom', message: problem });
});

const nameRule = 'a name (64 letters, digits, spaces, _ . @ - at most)';

const administrator = z.strictObject({
  /** For the audit log. */
  name: z.string({ error: nameRule }).regex(/^[\p{L}\p{N} _.@-]{1,64}$/u, { error: nameRule }),
  secret,
  role: z.enum(['viewer', 'editor', 'admin']),
  /** Sees and changes what is this tenant's alone. */
  tenant: z.string().min(1).max(200).optional(),
});

/** Who is asking, by means of the host app's own: a session, a client certificate. Nobody: `undefined`. */
export type Authenticate = (req: IncomingMessage) => AdminActor | undefined | Promise<AdminActor | undefined>;

const originRule = 'an origin such as https://my.app';

export const adminOptions = z.strictObject({
  /** Of one administrator of every role, named `admin`. Without it, `admins` or `authenticate` there is no admin plane at all. */
  secret: secret.optional(),
  admins: z
    .array(administrator)
    .refine((admins) => new Set(admins.map(({ name }) => name)).size === admins.length, { error: 'names of their own' })
    .refine((admins) => new Set(admins.map((one) => one.secret)).size === admins.length, { error: 'secrets of their own' })
    .default([]),
  authenticate: z.custom<Authenticate>((value) => typeof value === 'function', { error: 'a function' }).optional(),
  /** Below the gateway's mount. */
  path: z
    .string()
    .regex(/^(?:\/[a-z0-9-]+)+$/, { error: 'a path such as /admin (lower-case letters, digits, dashes)' })
    .default('/admin'),
  /** Origins of pages that may ask, besides one of this machine (`http://localhost:…`) that asks itself. */
  origins: z
    .array(z.string({ error: originRule }).refine((text) => URL.canParse(text) && new URL(text).origin === text, { error: originRule }))
    .default([]),
});

export type AdminOptions = z.input<typeof adminOptions>;

export type ParsedAdminOptions = z.output<typeof adminOptions>;
