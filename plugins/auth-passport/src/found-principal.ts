import { type Principal, z } from '@express-ai-gateway/core/plugin';

const text = z.string().min(1).max(500);
const list = z.array(z.string()).max(1_000);

const schema = z.strictObject({
  id: text,
  kind: z.enum(['user', 'service', 'key']).default('user'),
  tenant: text.optional(),
  app: text.optional(),
  user: text.optional(),
  plan: text.optional(),
  scopes: list.optional(),
  models: list.optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

/** Who somebody else's code says is calling: a principal whose `kind` may be left out (`user`). */
export type FoundPrincipal = z.input<typeof schema>;

/** A principal, or an error that says what is missing of one: what is not wholly one lets nobody in (AUTH-4). */
export function checkedPrincipal(found: unknown, maker: string): Principal {
  const result = schema.safeParse(found);
  if (result.success) return result.data as Principal;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`).join('; ');
  throw new TypeError(`${maker} must give a principal ({ id, … }) or undefined; it gave something else (${problems}).`);
}
