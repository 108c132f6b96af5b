import { type Call, type Principal, principal, type RoutingContext, type TokenEstimator, z } from '@express-ai-gateway/core/plugin';
import { inputTokens } from './input-tokens.ts';
import { headerName, recordOf, textPatterns } from './options.ts';
import { fits } from './pattern.ts';
import { timeWindow, timeWindowOptions } from './time-window.ts';

const principalOptions = z.strictObject({
  id: textPatterns.optional(),
  kind: textPatterns.optional(),
  tenant: textPatterns.optional(),
  app: textPatterns.optional(),
  user: textPatterns.optional(),
  plan: textPatterns.optional(),
  /** All of them. */
  scopes: z.array(z.string().min(1)).min(1).optional(),
  metadata: z.record(z.string().min(1), textPatterns).optional(),
});

/** All that is said must hold. A text fits one of several; a `*` stands for any part of it. */
export const conditionOptions = z.strictObject({
  /** As the client wrote it. */
  model: textPatterns.optional(),
  dialect: textPatterns.optional(),
  principal: principalOptions.optional(),
  /** Values by header; `true`: it is there, `false`: it is not. */
  headers: recordOf(headerName, z.union([z.boolean(), textPatterns])).optional(),
  /** Estimated tokens of the input, both ends included. */
  tokens: z
    .strictObject({ min: z.number().min(0).optional(), max: z.number().min(0).optional() })
    .refine(({ min, max }) => min !== undefined || max !== undefined, { error: 'min, max or both' })
    .refine(({ min = 0, max = Number.POSITIVE_INFINITY }) => min <= max, { path: ['max'], error: 'no less than min' })
    .optional(),
  /** Whether the client offers tools. */
  tools: z.boolean().optional(),
  images: z.boolean().optional(),
  /** Images, audio or files. */
  attachments: z.boolean().optional(),
  stream: z.boolean().optional(),
  time: timeWindowOptions.optional(),
});

export type Condition = z.output<typeof conditionOptions>;

export interface ConditionServices {
  readonly clock: { now(): number };
  readonly tokens: TokenEstimator;
}

type Check = (context: RoutingContext) => boolean;

/** Whether a condition is about what is in a call. Of a call that nobody reads it never holds. */
export function looksInside({ tools, images, attachments, tokens }: Condition): boolean {
  return [tools, images, attachments, tokens].some((asked) => asked !== undefined);
}

/** A condition as a function; what costs most is asked last. */
export function condition(options: Condition, { clock, tokens }: ConditionServices): Check {
  const { model, dialect, principal: who, headers, stream, time, tools, images, attachments, tokens: range } = options;
  const checks: Check[] = [];
  if (looksInside(options)) checks.push(({ call }) => call.opaque !== true);
  if (model !== undefined) checks.push(({ call }) => fits(model, call.model));
  if (dialect !== undefined) checks.push(({ call }) => fits(dialect, call.dialect));
  if (stream !== undefined) checks.push(({ call }) => call.stream === stream);
  if (who !== undefined) checks.push((context) => principalFits(who, context.get(principal)));
  for (const [name, wanted] of Object.entries(headers ?? {}))
    checks.push((context) => headerFits(wanted, context.headers[name.toLowerCase()]));
  if (time !== undefined) {
    const open = timeWindow(time);
    checks.push(() => open(clock.now()));
  }
  if (tools !== undefined) checks.push(({ call }) => call.tools.length > 0 === tools);
  if (images !== undefined) checks.push(({ call }) => hasAttachment(call, 'image') === images);
  if (attachments !== undefined) checks.push(({ call }) => hasAttachment(call) === attachments);
  if (range !== undefined) checks.push((context) => within(range, inputTokens(context, tokens)));
  return (context) => checks.every((check) => check(context));
}

function principalFits(wanted: NonNullable<Condition['principal']>, who: Principal | undefined): boolean {
  const { scopes = [], metadata = {}, ...texts } = wanted;
  if (who === undefined) return false;
  return (
    Object.entries(texts).every(([field, patterns]) => textFits(patterns, who[field as keyof typeof texts])) &&
    scopes.every((scope) => who.scopes?.includes(scope) === true) &&
    Object.entries(metadata).every(([key, patterns]) =>
      textFits(patterns, who.metadata !== undefined && Object.hasOwn(who.metadata, key) ? who.metadata[key] : undefined),
    )
  );
}

function textFits(patterns: readonly string[] | undefined, text: string | undefined): boolean {
  return patterns === undefined || (text !== undefined && fits(patterns, text));
}

function headerFits(wanted: boolean | readonly string[], value: string | readonly string[] | undefined): boolean {
  if (typeof wanted === 'boolean') return (value !== undefined) === wanted;
  if (value === undefined) return false;
  return (typeof value === 'string' ? [value] : value).some((one) => fits(wanted, one));
}

function hasAttachment(call: Call, kind?: 'image'): boolean {
  return call.attachments().some((attachment) => kind === undefined || attachment.kind === kind);
}

function within({ min = 0, max = Number.POSITIVE_INFINITY }: NonNullable<Condition['tokens']>, count: number): boolean {
  return count >= min && count <= max;
}
