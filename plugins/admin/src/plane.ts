import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AdminActor, type AdminRoute, clientAddress, GatewayError, type PluginRoute } from '@express-ai-gateway/core/plugin';
import { Router } from 'express';
import helmet from 'helmet';
import type { Admins } from './admins.ts';
import { answerError, refusal } from './answers.ts';
import { mayAsk } from './browser.ts';
import { type OperationParts, perform } from './operation.ts';
import type { Throttle } from './throttle.ts';

export interface PlaneParts extends OperationParts {
  readonly path: string;
  readonly origins: readonly string[];
  readonly admins: Admins;
  readonly throttle: Throttle;
}

type Next = (error?: unknown) => void;

/** Requests that were let in, and as whom. */
const letIn = new WeakMap<IncomingMessage, AdminActor>();

/**
 * The operations as routes of the gateway, all of them behind one gate: nothing of a request is looked at before it is known who asks.
 * Each route stands in the gateway's table; which of them a request is for is this router's to say.
 */
export function adminPlane(operations: readonly AdminRoute[], parts: PlaneParts): PluginRoute[] {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(helmet({ contentSecurityPolicy: { directives: { 'default-src': ["'none'"] }, useDefaults: false } }) as never);
  router.use((_req: IncomingMessage, res: ServerResponse, next: Next) => {
    res.setHeader('cache-control', 'no-store');
    next();
  });
  router.use((req: IncomingMessage, _res: ServerResponse, next: Next) => void gate(parts, req).then(() => next(), next));
  for (const operation of operations) addTo(router, operation, parts);
  router.use((_req: IncomingMessage, _res: ServerResponse, next: Next) => next(refusal('ADMIN_NOT_FOUND')));
  router.use((error: unknown, _req: IncomingMessage, res: ServerResponse, _next: Next) => answerError(res, told(parts, error)));
  const handler = (req: IncomingMessage, res: ServerResponse, next: Next): unknown => router(req as never, res as never, next);
  return operations.map(({ method, path }) => ({ method, path: parts.path + path.replace(/:\w+/g, '*'), access: 'admin', handler }));
}

function addTo(router: Router, operation: AdminRoute, parts: PlaneParts): void {
  const method = operation.method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete';
  router[method](parts.path + operation.path, (req, res, next) => {
    const actor = letIn.get(req);
    if (actor === undefined) next(refusal('ADMIN_UNAUTHENTICATED'));
    else perform(parts, operation, actor, req.params as Record<string, string>, req, res).catch(next);
  });
}

/** Whether whoever asks may, whatever they ask for. */
async function gate(parts: PlaneParts, req: IncomingMessage): Promise<void> {
  if (!mayAsk(req, parts.origins)) throw refusal('ADMIN_FORBIDDEN_ORIGIN');
  const actor = await parts.admins.actorOf(req);
  if (actor === undefined) throw wrong(parts, req);
  letIn.set(req, actor);
}

function wrong({ throttle, auditLog, clock, logger }: PlaneParts, req: IncomingMessage): GatewayError {
  const challenge = { 'www-authenticate': 'Bearer' };
  if (req.headers.authorization === undefined) return refusal('ADMIN_UNAUTHENTICATED', challenge);
  const address = clientAddress(req);
  if (throttle.wrong(address)) return refusal('ADMIN_THROTTLED', { 'retry-after': '60' });
  // So many a minute and no more: a flood cannot fill the log.
  const event = {
    at: clock.now(),
    actor: 'unknown',
    action: 'login',
    outcome: 'refused',
    details: { address: address ?? 'unknown' },
  } as const;
  auditLog.append(event).catch((error: unknown) => {
    logger.log('warn', 'A wrong credential on the admin plane could not be written into the audit log.', { error: String(error) });
  });
  return refusal('ADMIN_UNAUTHENTICATED', challenge);
}

/** What an operation failed of is for the log: an administrator's page is no place for it. */
function told({ logger }: PlaneParts, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const fields = { error: error instanceof Error ? error.message : String(error), stack: error instanceof Error ? error.stack : undefined };
  logger.log('error', 'An operation of the admin plane failed.', fields);
  return refusal('ADMIN_FAILED');
}
