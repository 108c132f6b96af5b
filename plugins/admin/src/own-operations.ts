import {
  type AdminActor,
  type AdminRoute,
  type AdminRoutes,
  type AuditEntry,
  type AuditLog,
  auditBreak,
  GatewayError,
  z,
} from '@express-ai-gateway/core/plugin';
import { openApi } from './openapi.ts';

const entry = z.object({ sequence: z.int(), at: z.number(), actor: z.string(), action: z.string(), outcome: z.string() });

const page = z.strictObject({
  /** Entries after this one. */
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** Entries looked at in one go. */
const chunk = 1_000;

/** What the admin plane has of its own. */
export function addOwnOperations(routes: AdminRoutes, auditLog: AuditLog, root: string): void {
  const sorted = (): readonly AdminRoute[] =>
    routes.list().toSorted((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  routes.add({
    method: 'GET',
    path: '',
    role: 'viewer',
    summary: 'Lists what there is.',
    handle: async () => ({ operations: sorted().map(({ method, path, role, summary }) => ({ method, path: root + path, role, summary })) }),
  });
  routes.add({
    method: 'GET',
    path: '/openapi.json',
    role: 'viewer',
    summary: 'This API, described by OpenAPI 3.1.',
    handle: async () => openApi(sorted(), root),
  });
  routes.add({
    method: 'GET',
    path: '/audit',
    role: 'admin',
    summary: 'What administrators did: the newest first, or what follows on an entry.',
    query: page,
    answer: z.object({ entries: z.array(entry) }),
    async handle({ actor, query: { after, limit } }) {
      checkUnbound(actor);
      return { entries: after === undefined ? await auditLog.recent(limit) : await auditLog.read(after, limit) };
    },
  });
  routes.add({
    method: 'GET',
    path: '/audit/verify',
    role: 'admin',
    summary: 'Whether an entry of the audit log was changed, left out or put in between.',
    answer: z.object({ entries: z.int(), intact: z.boolean(), brokenAt: z.int().optional() }),
    async handle({ actor }) {
      checkUnbound(actor);
      return verified(auditLog);
    },
  });
}

/** Whoever sees one tenant alone has no business with what administrators of others did. */
function checkUnbound({ tenant }: AdminActor): void {
  if (tenant === undefined) return;
  const message = 'This concerns the whole gateway, and you are an administrator of one tenant. Ask one who is bound to none.';
  throw new GatewayError({ status: 403, code: 'ADMIN_TENANT_BOUND', message });
}

/** Looks at the whole log, some at a time. One of memory may have lost its oldest entries: it is looked at from the first that is left. */
async function verified(auditLog: AuditLog): Promise<{ entries: number; intact: boolean; brokenAt?: number }> {
  let entries = 0;
  let last: AuditEntry | undefined;
  for (;;) {
    const next = await auditLog.read(last?.sequence ?? 0, chunk);
    if (next.length === 0) return { entries, intact: true };
    const brokenAt = auditBreak(next, last ?? beforeFirst(next[0] as AuditEntry));
    if (brokenAt !== undefined) return { entries: entries + next.length, intact: false, brokenAt };
    entries += next.length;
    last = next.at(-1);
  }
}

function beforeFirst({ sequence, previous }: AuditEntry): { sequence: number; hash: string } | undefined {
  return sequence === 1 ? undefined : { sequence: sequence - 1, hash: previous };
}
