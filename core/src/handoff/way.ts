import type { Timeouts } from '../config.ts';
import { SkipTarget } from '../context.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import type { HookRunner } from '../hooks.ts';
import type { Inbound } from '../inbound.ts';
import type { GatewayResponse } from '../model/response.ts';
import { checkModel } from '../permitted-models.ts';
import { HandoffAttempt } from './attempt.ts';
import type { HandoffExchange } from './exchange.ts';
import { OpaqueCall } from './opaque-call.ts';
import { HandoffTransfer } from './transfer.ts';

export interface HandoffParts {
  readonly hooks: HookRunner;
  readonly timeouts: Timeouts;
  /** Plugins that cannot police what they cannot read, and that the operator did not except. */
  readonly unpoliced?: readonly string[];
}

/** What a handoff's request may not be, whoever sends it: its path and query go on as they are. */
export function checkHandoffHead({ path, query, headers }: Pick<Inbound, 'path' | 'query' | 'headers'>): void {
  const reason = pathProblem(path) ?? (/^[!-"$-~]*$/.test(query) ? undefined : 'characters in its query that no URL has');
  if (reason !== undefined) throw gatewayError('GW_BAD_PATH', { details: { reason } });
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw gatewayError('GW_UNSUPPORTED_ENCODING', { details: { received: JSON.stringify(String(encoding).slice(0, 100)) } });
}

/** Everything that two readers of a path could take for two paths: RFC 3986's own characters and no more, and no way up. */
function pathProblem(path: string): string | undefined {
  if (!/^(?:[\w\-.~!$&'()*+,;=:@/]|%[\da-f]{2})*$/i.test(path)) return 'characters that no path has';
  if (path.includes('//')) return 'an empty segment';
  if (/\/\.{1,2}(?:[/;]|$)/.test(path)) return 'a dotted segment';
  return /%(?:2e|2f|5c|[01][\da-f]|7f|25(?:25|2e|2f|5c))/i.test(path) ? 'an encoded dot, slash, backslash or control character' : undefined;
}

/** From who may come in to an answer's head: hooks, the one attempt, the handoff itself. */
export async function handOff(parts: HandoffParts, exchange: HandoffExchange, rest: string | undefined): Promise<GatewayResponse> {
  const { hooks, unpoliced = [] } = parts;
  const { client } = exchange;
  const { handoff } = exchange.dialect;
  if (unpoliced.length > 0) throw gatewayError('GW_UNPOLICED', { details: { plugins: unpoliced.join(', ') } });
  await client.open();
  const target = Object.freeze(handoff.target(rest));
  checkModel(exchange, handoff.model ?? target.id); // what is not read is known by where it goes
  exchange.opaqueCall = new OpaqueCall(handoff.name, client.present ? (client.length ?? 0) : 0, handoff.model);
  exchange.targets = Object.freeze([target]);

  const answer = await hooks.beforeRoute(exchange);
  if (answer !== undefined) return answer;
  if (exchange.stopped !== undefined) throw exchange.stopped;
  if (!exchange.targets.includes(target)) throw noTarget(target.id, 'every candidate was filtered out');
  return attempted(parts, new HandoffAttempt(exchange, target), rest);
}

async function attempted({ hooks, timeouts }: HandoffParts, attempt: HandoffAttempt, rest: string | undefined): Promise<GatewayResponse> {
  const { exchange, target } = attempt;
  try {
    await hooks.attempt(attempt);
  } catch (error) {
    if (error instanceof SkipTarget) {
      attempt.settle('skipped', undefined);
      throw noTarget(target.id, `${target.id} ${error.message}`);
    }
    const { aborted } = exchange;
    attempt.settle(aborted === undefined ? 'failed' : 'aborted', undefined, aborted ?? told(error));
    throw error;
  }
  if (exchange.stopped !== undefined) {
    attempt.settle('aborted', undefined, exchange.stopped);
    throw exchange.stopped;
  }
  const transfer = new HandoffTransfer(attempt, rest, { ...timeouts, ...exchange.dialect.handoff.timeouts });
  exchange.transfer = transfer;
  try {
    return await transfer.carry();
  } catch (error) {
    transfer.abort(told(error));
    throw error;
  }
}

function told(error: unknown): GatewayError {
  return error instanceof GatewayError ? error : gatewayError('GW_INTERNAL', { cause: error });
}

function noTarget(id: string, reasons: string): GatewayError {
  return gatewayError('GW_NO_TARGET', { details: { model: JSON.stringify(id), reasons } });
}
