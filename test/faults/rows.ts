import { outageMs } from './wall/plans.ts';

/** A place where a subject can send the call: a model of the wall. */
export interface Target {
  /** The whole name, with its case. */
  readonly model: string;
  readonly contextWindow: number;
  /** Whether it goes on from an assistant message at the end. */
  readonly assistantPrefill: boolean;
}

/** What a subject is configured with: a model name of its own, and where its calls go, best first. */
export interface Route {
  readonly alias: string;
  readonly targets: readonly Target[];
}

/** One request: streamed or whole. */
export type Mode = 'stream' | 'whole';

export interface Row {
  readonly number: number;
  /** What the provider does. */
  readonly fault: string;
  readonly route: Route;
  readonly requests: readonly Mode[];
  /** From the start of one request to the start of the next; without it, each waits for the one before. */
  readonly everyMs?: number;
  /** Each answer is to be there by then. */
  readonly withinMs: number;
}

/** Most attempts at the primary, on whatever row: one and two retries, with room for a gateway that counts otherwise. */
export const mostAttempts = 6;

/** The limits of row 15, in the table's milliseconds. */
export const outage = {
  lastsMs: outageMs,
  everyMs: 4_000,
  /** Between two probes of an open breaker. */
  probeMs: 10_000,
  /** Failures that open the breaker, and one probe per interval. */
  mostAttempts: 3 + outageMs / 10_000,
};

/** Context windows in tokens: of all targets, but for row 12's last. */
const smallWindow = 8_192;
const largeWindow = 131_072;

const requestTimeoutMs = 30_000;

const fallback = { base: 'fallback', assistantPrefill: true };

/** The sixteen, in the order of the table. What is asked of a gateway on each is `judge.ts`'s to say. */
export const rows: readonly Row[] = [
  row(1, '429 with Retry-After: 2, once'),
  row(2, '429 for ever, no header'),
  row(3, '500 once'),
  row(4, '503 for ever'),
  row(5, 'TCP reset before any byte, once'),
  row(6, 'accepts, never answers', { withinMs: requestTimeoutMs + 2_000 }),
  row(7, 'headers at once, first token after 20 s', { withinMs: 15_000 }),
  row(8, 'stream cut after 40 of 60 tokens'),
  row(9, 'stream silent for 30 s after 20 tokens', { withinMs: 45_000 }),
  row(10, 'tenth event is invalid JSON'),
  row(11, 'complete stream, no [DONE]; closed, then held open', { requests: ['stream', 'stream'], withinMs: 8_000 }),
  row(12, '400 context_length_exceeded', { base: 'fallback-large', between: 'fallback-small' }),
  row(13, '400 content_policy_violation'),
  row(14, 'as 8, fallback rejects assistant prefill', { base: 'fallback-strict', assistantPrefill: false }),
  row(15, '503 for 60 s, a request every 4 s', {
    requests: Array.from({ length: Math.ceil((outageMs + outage.probeMs) / outage.everyMs) + 2 }, () => 'stream'),
    everyMs: outage.everyMs,
  }),
  row(16, '503, the fallback answers', { requests: ['stream', 'whole'] }),
];

/** Answers at once, whatever else is wrong: asked after each row. */
export const healthyRoute: Route = {
  alias: 'healthy',
  targets: [{ model: 'healthy', contextWindow: smallWindow, assistantPrefill: true }],
};

/** Everything a subject has to know. */
export const routes: readonly Route[] = [...rows.map(({ route }) => route), healthyRoute];

type Differences = Partial<Pick<Row, 'requests' | 'everyMs' | 'withinMs'> & typeof fallback & { between: string }>;

function row(number: number, fault: string, differences: Differences = {}): Row {
  const { requests = ['stream'], everyMs, withinMs = requestTimeoutMs } = differences;
  const { base = fallback.base, assistantPrefill = fallback.assistantPrefill, between } = differences;
  const digits = String(number).padStart(2, '0');
  const alias = `row-${digits}`;
  const target = (name: string): Target => ({
    model: `${name}~${alias}`,
    contextWindow: name === 'fallback-large' ? largeWindow : smallWindow,
    assistantPrefill: name !== base || assistantPrefill,
  });
  const targets = [`fault-${digits}`, ...(between === undefined ? [] : [between]), base].map(target);
  return { number, fault, route: { alias, targets }, requests, withinMs, ...(everyMs !== undefined && { everyMs }) };
}
