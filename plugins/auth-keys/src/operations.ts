import { type AdminActor, type AdminRoutes, GatewayError, z } from '@express-ai-gateway/core/plugin';
import { type KeyManager, newKeyInput, rotateInput, updateInput } from './manager.ts';

const view = z.object({
  id: z.string(),
  revision: z.int(),
  state: z.enum(['active', 'expired', 'revoked']),
  label: z.string(),
  createdAt: z.iso.datetime(),
});

const newlyMade = z.object({ key: z.string(), record: view });

const page = z.strictObject({
  /** Only keys of this tenant. */
  tenant: z.string().optional(),
  /** `next` of the page before. */
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** What administrators do with keys. Who is bound to a tenant sees and makes that one's alone. */
export function addKeyOperations(routes: AdminRoutes, manager: KeyManager): void {
  routes.add({
    method: 'GET',
    path: '/keys',
    role: 'viewer',
    summary: 'Lists API keys, without their secrets.',
    query: page,
    answer: z.object({ keys: z.array(view), next: z.string().optional() }),
    handle: ({ actor, query }) => manager.list({ ...query, tenant: tenantFor(actor, query.tenant) }),
  });
  routes.add({
    method: 'POST',
    path: '/keys',
    role: 'editor',
    action: 'keys.create',
    summary: 'Makes an API key. The answer is the only one that ever shows it.',
    body: newKeyInput,
    answer: newlyMade,
    async handle({ actor, body, audit }) {
      const tenant = tenantFor(actor, body.tenant);
      const made = await manager.create({ ...body, ...(tenant !== undefined && { tenant }) });
      audit({ subject: made.record.id, ...(tenant !== undefined && { tenant }), details: { label: made.record.label } });
      return made;
    },
  });
  routes.add({
    method: 'GET',
    path: '/keys/:id',
    role: 'viewer',
    summary: 'Shows an API key, without its secret.',
    answer: view,
    handle: ({ actor, params }) => manager.get(params.id as string, actor.tenant),
  });
  routes.add({
    method: 'PATCH',
    path: '/keys/:id',
    role: 'editor',
    action: 'keys.update',
    summary: 'Changes the label, plan, scopes, metadata, restrictions or expiry of an API key; null takes one away.',
    body: updateInput,
    answer: view,
    handle({ actor, params, body, audit }) {
      audit({ subject: params.id as string, details: { changed: Object.keys(body).join(', ') } });
      return manager.update(params.id as string, body, actor.tenant);
    },
  });
  routes.add({
    method: 'POST',
    path: '/keys/:id/rotate',
    role: 'editor',
    action: 'keys.rotate',
    summary: 'Gives an API key a new secret; the old one works for graceSeconds more.',
    body: rotateInput,
    answer: newlyMade,
    handle({ actor, params, body, audit }) {
      audit({ subject: params.id as string, details: { graceSeconds: String(body.graceSeconds) } });
      return manager.rotate(params.id as string, body, actor.tenant);
    },
  });
  routes.add({
    method: 'POST',
    path: '/keys/:id/revoke',
    role: 'editor',
    action: 'keys.revoke',
    summary: 'Revokes an API key, for good. Every process refuses it within a second.',
    answer: view,
    handle({ actor, params, audit }) {
      audit({ subject: params.id as string });
      return manager.revoke(params.id as string, actor.tenant);
    },
  });
}

function tenantFor({ tenant }: AdminActor, asked: string | undefined): string | undefined {
  if (tenant === undefined || asked === undefined || asked === tenant) return tenant ?? asked;
  const message = 'You are an administrator of one tenant, and this names another. Leave the tenant out.';
  throw new GatewayError({ status: 403, code: 'ADMIN_TENANT_BOUND', message });
}
