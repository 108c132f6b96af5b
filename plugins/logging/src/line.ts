import type { AttemptRecord, Cost, Principal, Settlement, Usage } from '@express-ai-gateway/core/plugin';

/** What is known of an exchange that is over. Metadata only: no text, header or credential is in reach. */
export interface Facts {
  readonly settlement: Settlement;
  readonly principal: Principal | undefined;
  readonly cost: Cost | undefined;
}

export type Severity = 'info' | 'warn' | 'error';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * - `error`: the gateway or an upstream failed.
 * - `warn`: a request was refused, by whomever.
 * - `info`: the rest. A client that leaves early is one: people press "stop".
 */
export function severityOf({ outcome, status }: Settlement): Severity {
  if (outcome === 'failed' || status >= 500) return 'error';
  return outcome === 'completed' && status >= 400 ? 'warn' : 'info';
}

export function messageOf(settlement: Settlement): string {
  const refused = severityOf(settlement) === 'warn';
  return `exchange ${refused ? 'refused' : settlement.outcome}`;
}

/** The fields of a line; what is not known is left out. */
export function fieldsOf({ settlement, principal, cost }: Facts, now: number): Fields {
  const { attempts } = settlement;
  return known({
    time: new Date(now).toISOString(),
    exchange: settlement.id,
    method: settlement.method,
    path: clean(settlement.path),
    dialect: settlement.dialect,
    model: clean(settlement.model),
    target: clean(settlement.target?.id),
    source: settlement.source,
    status: settlement.status,
    outcome: settlement.outcome,
    error: clean(settlement.error),
    streamed: settlement.streamed,
    durationMs: rounded(settlement.durationMs),
    timeToFirstEventMs: rounded(settlement.timeToFirstEventMs),
    usage: usageFields(settlement.usage),
    finishReason: clean(settlement.finishReason),
    attempts: attempts.length,
    droppedFields: droppedFields(attempts),
    attemptRecords: isPlain(attempts) ? undefined : attempts.map(attemptFields),
    bytesIn: settlement.bytesIn,
    bytesOut: settlement.bytesOut,
    principal: principal && principalFields(principal),
    // JSON's readers take numbers for doubles; as digits the amount is exact.
    costNanoDollars: cost?.nanoDollars?.toString(),
    priceTable: clean(cost?.table),
  });
}

/** What winston makes of these names is its own: transports leave out a line that is an `exception`. */
const reserved = new Set(['level', 'message', 'exception', 'dropped']);

/** The fields with the team's own: short texts, numbers and truth values, none in place of another. */
export function extended(fields: Fields, more: Fields): Fields {
  const all: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(more)) {
    if (reserved.has(name) || name in fields) continue;
    if (typeof value === 'string') all[name] = clean(value);
    if (typeof value === 'number' || typeof value === 'boolean') all[name] = value;
  }
  return all;
}

/** One attempt that went well says nothing that the line does not. */
function isPlain(attempts: readonly AttemptRecord[]): boolean {
  return attempts.length === 0 || (attempts.length === 1 && attempts[0]?.outcome === 'completed');
}

/** What the client asked for and its target has no place for. */
function droppedFields(attempts: readonly AttemptRecord[]): string | undefined {
  const names = attempts.flatMap(({ dropped }) => dropped);
  return names.length === 0 ? undefined : clean([...new Set(names)].join(', '));
}

function attemptFields({ target, kind, outcome, status, error, durationMs }: AttemptRecord): Fields {
  return known({ target: clean(target.id), kind, outcome, status, error: clean(error), ms: rounded(durationMs) });
}

function usageFields(usage: Usage | undefined): Fields | undefined {
  if (usage === undefined) return undefined;
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  return known({ input, output, cacheRead, cacheWrite, reasoning });
}

function principalFields({ id, tenant, app, plan, user }: Principal): Fields {
  return known({ id: clean(id), tenant: clean(tenant), app: clean(app), plan: clean(plan), user: clean(user) });
}

function known(fields: Fields): Fields {
  const kept: Record<string, unknown> = {};
  for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name];
  return kept;
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}

const maxText = 200;

/** What steers a terminal, hides or reorders text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** A text that a client, a provider or another plugin chose: bounded, and harmless on an operator's screen. */
function clean(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bounded = text.length > maxText ? `${text.slice(0, maxText)}…` : text;
  return bounded.replace(unprintable, '\ufffd');
}
