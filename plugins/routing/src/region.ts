import { definePlugin, type ExchangeContext, Logger, principal, SkipTarget, z } from '@express-ai-gateway/core/plugin';
import { decide } from './decision.ts';
import { targetPatterns } from './options.ts';
import { placeIn } from './pattern.ts';
import { refusedRoute } from './refusal.ts';
import { common } from './strategy.ts';

const name = 'routing.region';

export const regionOptions = z
  .strictObject({
    /** The targets that lie in each region. */
    regions: z.record(z.string().min(1), targetPatterns),
    /** Regions by tenant. They win over what the caller's key says. */
    tenants: z.record(z.string().min(1), z.string().min(1)).default({}),
    /** Where else a caller's region stands: in this entry of the principal's metadata. */
    metadata: z.string().min(1).default('region'),
    /** The region of callers that have none. Left out: they go anywhere. */
    default: z.string().min(1).optional(),
  })
  .superRefine(({ regions, tenants, default: usual }, context) => {
    const known = Object.keys(regions).join(', ');
    const check = (region: string, path: string[]): void => {
      if (!Object.hasOwn(regions, region)) context.addIssue({ code: 'custom', path, message: `one of the regions (${known})` });
    };
    for (const [tenant, region] of Object.entries(tenants)) check(region, ['tenants', tenant]);
    if (usual !== undefined) check(usual, ['default']);
  });

type Options = z.output<typeof regionOptions>;

/**
 * Whoever is pinned to a region never leaves it. The list of targets is filtered, and each attempt is looked at once more: a
 * retry, a fallback, a target that a later plugin adds, a call that a plugin makes for the same caller, what is carried unread.
 */
export const region = definePlugin({
  ...common,
  name,
  options: regionOptions,
  requires: [Logger],
  create: (options, { logger }) => ({
    beforeRoute(context) {
      const own = regionOf(context, options);
      if (own === undefined) return;
      const { call, targets } = context;
      const inside = targets.filter(({ id }) => lies(id, own, options));
      if (inside.length === 0) throw refused(call.model, own);
      const excluded = targets.filter((target) => !inside.includes(target)).map(({ id }) => ({ target: id, why: `outside region ${own}` }));
      decide(context, logger, name, { note: `region ${own}`, targets: inside, excluded });
    },
    attempt({ exchange, target }) {
      const own = regionOf(exchange, options);
      if (own !== undefined && !lies(target.id, own, options)) throw new SkipTarget(`lies outside the region ${own} of the caller`);
    },
    explain: () => `callers with a region stay in it: ${Object.keys(options.regions).join(', ')}`,
  }),
});

function regionOf(context: ExchangeContext, { tenants, metadata, default: usual }: Options): string | undefined {
  const who = context.get(principal);
  const { tenant = '', metadata: own } = who ?? {};
  if (Object.hasOwn(tenants, tenant)) return tenants[tenant];
  return own !== undefined && Object.hasOwn(own, metadata) ? own[metadata] : usual;
}

/** A region that is not listed has no targets: whoever is pinned to it goes nowhere, rather than anywhere. */
function lies(target: string, region: string, { regions }: Options): boolean {
  return Object.hasOwn(regions, region) && placeIn(regions[region] ?? [], target) !== -1;
}

function refused(model: string, own: string): Error {
  const why = `the caller is bound to the region ${JSON.stringify(own.slice(0, 100))}, where it has none`;
  return refusedRoute({ code: 'ROUTING_REGION', status: 403, model, why, remedy: 'Use a model that is offered in that region.' });
}
