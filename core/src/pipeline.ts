import { isUtf8 } from 'node:buffer';
import { errorResponse } from './answers.ts';
import type { Limits } from './config.ts';
import { type DeliveryLimits, deliver } from './deliver.ts';
import { isCallDialect, isModelsDialect, type ModelsDialect } from './dialects/dialect.ts';
import { BytesBody } from './dialects/json-body.ts';
import { GatewayError, gatewayError } from './errors.ts';
import type { Exchange, ExchangeParts } from './exchange.ts';
import { HandoffExchange } from './handoff/exchange.ts';
import { checkHandoffHead, type HandoffParts, handOff } from './handoff/way.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Outbound } from './inbound.ts';
import type { GatewayResponse } from './model/response.ts';
import { parseCall, rewritten } from './parsed-call.ts';
import { checkModel, permittedModels } from './permitted-models.ts';
import { checkHead } from './request-head.ts';
import type { RouteMatch } from './routes.ts';
import { errorFields } from './services/logger.ts';
import { anonymous, principal } from './slot.ts';
import { OpeningExchange } from './sockets/opening.ts';
import { taken } from './stall-limit.ts';
import type { KeptItems } from './upstream/kept-items.ts';

/** What the pipeline is made of; put together once, in `gateway.ts`. */
export interface PipelineParts extends ExchangeParts, HandoffParts {
  /** Sends an exchange upstream: targets, attempts, plugins' `attempt`, transport. */
  readonly upstream: (exchange: Exchange) => Promise<GatewayResponse>;
  readonly limits: Limits;
  readonly items: KeptItems;
  readonly allowAnonymous: boolean;
}

/** Runs an exchange and settles it, whatever happens. Rejects only for a defect of ours, after settling. */
export async function handle(parts: PipelineParts, exchange: Exchange, route: RouteMatch, outbound: Outbound): Promise<void> {
  const heartbeat = new Heartbeat(exchange, outbound, parts.timeouts.heartbeatMs);
  let delivered = false;
  try {
    delivered = await wholeWay(parts, exchange, route, outbound, heartbeat);
  } catch (error) {
    exchange.abort(gatewayError('GW_INTERNAL', { cause: error })); // whatever runs for it must not go on
    throw error;
  } finally {
    heartbeat.stop();
    const settling = exchange.settle(delivered);
    if (settling !== undefined) await settling;
  }
}

/** An exchange's whole path: an error at any step becomes an answer and takes the same way out. Whether the client got it all. */
async function wholeWay(
  parts: PipelineParts,
  exchange: Exchange,
  route: RouteMatch,
  outbound: Outbound,
  heartbeat: Heartbeat,
): Promise<boolean> {
  let answer: GatewayResponse;
  try {
    answer = (await wayIn(parts, exchange, route, heartbeat)) as GatewayResponse;
  } catch (error) {
    answer = errorResponse(exchange, asGatewayError(exchange, error));
  }
  const response = parts.hooks.afterResponse(exchange, answer);
  exchange.response = response instanceof Promise ? await response : response;
  // Nobody hears an answer whose client left; one below 400 means that a plugin healed what was wrong.
  if (exchange.aborted !== undefined) exchange.error = exchange.aborted;
  else if (exchange.response.status < 400) exchange.error = undefined;
  try {
    await deliver(exchange, outbound, heartbeat, deliveryLimits(parts));
  } catch (error) {
    await deliverInstead(parts, exchange, outbound, heartbeat, error);
  }
  return taken(exchange, outbound, parts.limits.stallMs);
}

function deliveryLimits({ limits, timeouts }: PipelineParts): DeliveryLimits {
  return { stallMs: limits.stallMs, totalMs: timeouts.totalMs };
}

/** An answer that broke before its head was out (a plugin's `bytes()` that throws) becomes an error; later, a cut. */
async function deliverInstead(
  parts: PipelineParts,
  exchange: Exchange,
  outbound: Outbound,
  heartbeat: Heartbeat,
  error: unknown,
): Promise<void> {
  const told = asGatewayError(exchange, error);
  if (outbound.started) {
    exchange.error = told;
    outbound.cut(Buffer.alloc(0));
    return;
  }
  exchange.response = errorResponse(exchange, told);
  try {
    await deliver(exchange, outbound, heartbeat, deliveryLimits(parts));
  } catch (again) {
    asGatewayError(exchange, again); // for the log: the host's response takes no answer at all
    outbound.cut(Buffer.alloc(0));
  }
}

/** Head, hooks, body, targets, hooks, upstream; whoever answers first ends it. */
async function wayIn(parts: PipelineParts, exchange: Exchange, route: RouteMatch, heartbeat: Heartbeat): Promise<GatewayResponse> {
  const { hooks, limits } = parts;
  const { inbound, dialect } = exchange;
  const opens = exchange instanceof OpeningExchange;
  const isCall = isCallDialect(dialect);
  checkHead(inbound, isCall && !opens);
  if (!isCall && exchange instanceof HandoffExchange) checkHandoffHead(inbound);
  // A child exchange has its parent's already.
  if (parts.allowAnonymous && exchange.getSlot(principal) === undefined) exchange.setSlot(principal, anonymous);
  const refused = hooks.onRequest(exchange);
  const early = refused && (await refused);
  if (early !== undefined) return early;
  // An authenticator that neither names the caller nor refuses lets nobody in.
  if (!exchange.getSlot(principal)?.id) throw gatewayError('GW_UNAUTHENTICATED', { headers: { 'www-authenticate': 'Bearer' } });
  if (opens) return exchange.answer(async () => hooks.beforeRoute(exchange));
  if (isModelsDialect(dialect)) return modelsAnswer(parts, exchange, dialect, route);
  if (!isCall && exchange instanceof HandoffExchange) return handOff(parts, exchange, route.parameter);
  if (!isCall) throw new TypeError(`The dialect ${dialect.id} neither takes calls nor lists models.`);

  exchange.bodyBytes = await inbound.readBody({ bytes: limits.bodyBytes, ms: limits.bodyMs });
  if (!isUtf8(exchange.bodyBytes)) throw gatewayError('GW_BAD_TEXT', { details: { reason: 'invalid bytes' } });
  const address = { path: inbound.path, parameter: route.parameter, query: inbound.query };
  const jsonLimits = { depth: limits.jsonDepth, values: limits.jsonValues, keys: limits.jsonKeys };
  exchange.call = parseCall(dialect, address, exchange.bodyBytes, exchange.bodyBytes.toString('utf8'), jsonLimits);
  const dereferenced = parts.items.dereferenced(exchange, exchange.call);
  if (dereferenced !== undefined) exchange.call = rewritten(exchange.call, address, await dereferenced, jsonLimits);
  checkModel(exchange, exchange.call.model);
  exchange.targets = parts.router.candidates(exchange.call.model, dialect.id);

  const answered = hooks.beforeRoute(exchange);
  const answer = answered && (await answered);
  if (answer !== undefined) return answer;
  if (exchange.stopped !== undefined) throw exchange.stopped;
  heartbeat.start();
  return parts.upstream(exchange);
}

function modelsAnswer(parts: PipelineParts, exchange: Exchange, dialect: ModelsDialect, route: RouteMatch): GatewayResponse {
  const offered = permittedModels(exchange.getSlot(principal), parts.router.offered);
  const body = dialect.modelsBody(offered, route.parameter, exchange.inbound.query);
  return { status: 200, headers: {}, source: 'gateway', body: new BytesBody(Buffer.from(body)) };
}

/** What a stranger may know of an error that is not ours: nothing. The log has the rest. */
function asGatewayError(exchange: Exchange, error: unknown): GatewayError {
  if (error instanceof GatewayError) {
    if (error.status >= 500 && exchange.logger.enabled('warn'))
      exchange.logger.log('warn', `An exchange failed: ${error.code}.`, {
        exchange: exchange.id,
        code: error.code,
        attempts: attemptNotes(exchange),
        ...errorFields(error),
      });
    return error;
  }
  exchange.logger.log('error', 'The gateway failed on an exchange: this is a defect of the gateway or of a service.', {
    exchange: exchange.id,
    ...errorFields(error),
  });
  return gatewayError('GW_INTERNAL', { cause: error });
}

function attemptNotes(exchange: Exchange): string[] {
  return exchange.attempts.map(({ target, outcome, status, error }) =>
    `${target.id}: ${outcome} ${status ?? 'no answer'} ${error ?? ''}`.trim(),
  );
}
