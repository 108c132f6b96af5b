import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AdminActor,
  type AdminRole,
  type AdminRoute,
  type AuditEvent,
  type AuditLog,
  type Clock,
  GatewayError,
  type Logger,
  type z,
} from '@express-ai-gateway/core/plugin';
import { answer, badInput, lacksRole, refusal } from './answers.ts';
import { bodyOf } from './body.ts';

export interface OperationParts {
  readonly auditLog: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

type AuditDetails = Pick<AuditEvent, 'subject' | 'tenant' | 'details'>;

const ranks: Readonly<Record<AdminRole, number>> = { viewer: 0, editor: 1, admin: 2 };

/** One operation for one request of whoever was let in. Rejects with a `GatewayError`, or with what the operation failed of. */
export async function perform(
  { auditLog, clock, logger }: OperationParts,
  route: AdminRoute,
  actor: AdminActor,
  params: Readonly<Record<string, string>>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  let told: AuditDetails = {};
  const { action } = route;
  const append = (outcome: AuditEvent['outcome']): Promise<unknown> =>
    auditLog.append({
      ...(actor.tenant !== undefined && { tenant: actor.tenant }),
      ...told,
      at: clock.now(),
      actor: actor.name,
      action: action ?? '',
      outcome,
    });

  let result: unknown;
  try {
    checkRole(route, actor);
    const input = { params, query: queryOf(route, req), body: await inputBody(route, req) };
    // What changes something must be in the log: it is asked for its end before anything is done.
    if (action !== undefined) await auditLog.recent(1).catch(() => Promise.reject(refusal('ADMIN_AUDIT_AWAY')));
    const audit = (details: AuditDetails): void => {
      told = details;
    };
    result = await route.handle({ ...input, actor, audit });
  } catch (error) {
    if (action !== undefined)
      await append(isRefusal(error) ? 'refused' : 'failed').catch((lost: unknown) => logLost(logger, actor, action, lost));
    throw error;
  }
  if (action !== undefined)
    await append('done').catch((lost: unknown) => {
      logLost(logger, actor, action, lost);
      throw refusal('ADMIN_AUDIT_LOST');
    });
  answer(res, result);
}

function isRefusal(error: unknown): boolean {
  return error instanceof GatewayError && error.status < 500;
}

function logLost(logger: Logger, actor: AdminActor, action: string, error: unknown): void {
  const fields = { actor: actor.name, action, error: error instanceof Error ? error.message : String(error) };
  logger.log('error', 'An action of an administrator could not be written into the audit log.', fields);
}

function checkRole({ role }: AdminRoute, actor: AdminActor): void {
  if (ranks[actor.role] < ranks[role]) throw lacksRole(role, actor.role);
}

function queryOf({ query }: AdminRoute, req: IncomingMessage): unknown {
  const text = (req.url ?? '').split('?').slice(1).join('?');
  const entries = [...new URLSearchParams(text)];
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw badInput([`the query names ${JSON.stringify(twice[0].slice(0, 64))} more than once`]);
  if (query !== undefined) return parsed(query, Object.fromEntries(entries), 'query');
  if (entries.length > 0) throw badInput([`the query names ${JSON.stringify(entries[0]?.[0].slice(0, 64))}, and this takes none`]);
  return {};
}

async function inputBody({ method, body }: AdminRoute, req: IncomingMessage): Promise<unknown> {
  if (method === 'GET') return undefined;
  const given = await bodyOf(req);
  if (body !== undefined) return parsed(body, given ?? {}, 'body');
  if (given !== undefined && JSON.stringify(given) !== '{}') throw badInput(['it has a body, and this takes none']);
  return undefined;
}

/** By the operation's own schema. What was received is not repeated: it may be a secret in the wrong place. */
function parsed(schema: z.ZodType, given: unknown, place: string): unknown {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw badInput(
    result.error.issues.flatMap((issue) => {
      const at = [place, ...issue.path].join('.');
      if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at} has no field ${JSON.stringify(key.slice(0, 64))}`);
      return [`${at}: ${issue.message}`];
    }),
  );
}
