import { CounterStore, definePlugin, Logger, slot, z } from '@express-ai-gateway/core/plugin';

const team = slot<string>('team');

/** Says which team a call is for: counted per day, shown in the answer, logged when the call is over. */
export const teamLabel = definePlugin({
  name: 'team-label',
  options: z.strictObject({
    /** The request header that names the team. */
    header: z.string().toLowerCase().default('x-team'),
    /** The teams there are; calls of others count as `other`. */
    teams: z.array(z.string().regex(/^[\w-]{1,40}$/)).min(1),
  }),
  requires: [CounterStore, Logger],
  onFailure: 'open', // a label is no reason to refuse a call
  create: ({ header, teams }, { counters, logger }) => ({
    onRequest: async (context) => {
      const name = teams.find((known) => known === context.headers[header]) ?? 'other';
      context.set(team, name);
      context.onSettled(({ outcome, usage, durationMs }) => {
        logger.log('info', 'team call', { exchange: context.id, team: name, outcome, tokens: usage?.output, durationMs });
      });
      const { value } = await counters.add(`team-label:${name}`, 1, 24 * 60 * 60 * 1000);
      context.setHeader('x-team-calls', String(value));
    },
    afterResponse: (context) => context.setHeader('x-team', context.get(team) ?? 'other'),
  }),
});
