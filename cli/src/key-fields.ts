import type { NewKeyInput, UpdateInput } from '@express-ai-gateway/auth-keys';
import { Problem } from './problem.ts';
import { expiryOf, type Hours, hoursOf } from './times.ts';

/** What a key may be restricted to, as options say it. */
export interface RestrictionFlags {
  readonly models?: string[];
  readonly endpoints?: string[];
  readonly methods?: string[];
  readonly addresses?: string[];
  readonly hours?: string;
}

export interface KeyFlags extends RestrictionFlags {
  readonly label?: string;
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly plan?: string;
  readonly scopes?: string[];
  readonly metadata?: string[];
  readonly expires?: string;
}

export type RestrictionName = keyof RestrictionFlags;

export const restrictionNames: readonly RestrictionName[] = ['models', 'endpoints', 'methods', 'addresses', 'hours'];

export function newKeyOf(flags: KeyFlags & { readonly label: string }, now: number): NewKeyInput {
  const restrictions = restrictionsOf(flags);
  const { label, tenant, app, user, plan, scopes } = flags;
  return given({
    label,
    tenant,
    app,
    user,
    plan,
    scopes,
    metadata: flags.metadata && metadataOf(flags.metadata),
    expiresAt: flags.expires === undefined ? undefined : expiryOf(flags.expires, now),
    restrictions: Object.keys(restrictions).length > 0 ? restrictions : undefined,
  }) as unknown as NewKeyInput;
}

/** Of a key that is there. `none` takes away what was there. */
export function changesOf(flags: KeyFlags, now: number): UpdateInput {
  const { label, plan, scopes, metadata, expires } = flags;
  const changes = given({
    label,
    plan: plan === 'none' ? null : plan,
    scopes: isNone(scopes) ? null : scopes,
    metadata: isNone(metadata) ? null : metadata && metadataOf(metadata),
    expiresAt: expires === undefined ? undefined : expires === 'none' ? null : expiryOf(expires, now),
  });
  if (Object.keys(changes).length === 0)
    throw new Problem('Nothing is to be changed. Say at least one of --label, --plan, --scopes, --metadata, --expires.');
  return changes as UpdateInput;
}

/** The restrictions that a key has once these are added and those named are lifted. */
export function restrictedTo(
  before: Readonly<Record<string, unknown>> | undefined,
  flags: RestrictionFlags,
  lifted: readonly string[],
): Readonly<Record<string, unknown>> | null {
  const unknown = lifted.find((name) => !(restrictionNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new Problem(`Expected --lift with any of ${restrictionNames.join(', ')}, received ${JSON.stringify(unknown)}.`);
  const added = restrictionsOf(flags);
  if (Object.keys(added).length + lifted.length === 0)
    throw new Problem('Nothing is to be changed. Say at least one of --models, --endpoints, --methods, --addresses, --hours, --lift.');
  const all = Object.entries({ ...before, ...added }).filter(([name]) => Object.hasOwn(added, name) || !lifted.includes(name));
  return all.length > 0 ? Object.fromEntries(all) : null;
}

function restrictionsOf({ models, endpoints, methods, addresses, hours }: RestrictionFlags): Record<string, string[] | Hours> {
  const upper = methods?.map((method) => method.toUpperCase());
  return given({ models, endpoints, methods: upper, addresses, hours: hours === undefined ? undefined : hoursOf(hours) });
}

function metadataOf(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      if (at < 1) throw new Problem(`Expected metadata as name=value, received ${JSON.stringify(entry)}.`);
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

function isNone(list: readonly string[] | undefined): boolean {
  return list?.length === 1 && list[0] === 'none';
}

/** Without the fields that nothing was said of. */
function given<T>(fields: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, T] => field[1] !== undefined));
}
