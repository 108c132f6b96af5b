import { z } from '@express-ai-gateway/core/plugin';

// What the options of several strategies have in common.

const name = z.string().min(1).max(256);

/** `provider/model`, or a pattern with one `*`: `openai/*`. */
export const targetPattern = name.refine((text) => text.split('*').length <= 2 && (text.includes('/') || text === '*'), {
  error: 'a target such as "openai/gpt-5-mini", or a pattern with one * such as "openai/*"',
});

export const targetPatterns = z.array(targetPattern).min(1);

/** A name that can be sent to: an alias of the gateway's or `provider/model`. */
export const modelName = name.refine((text) => !text.includes('*'), { error: 'an alias or a target, without *' });

export const modelNames = z.array(modelName).min(1);

/** A text or pattern with one `*`, or several: one of them must fit. */
export const textPatterns = oneOrMore(name.refine((text) => text.split('*').length <= 2, { error: 'a text with one * at most' }));

/** One or several of something; a list from then on. */
export function oneOrMore<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema.transform((one) => [one]), z.array(schema).min(1)]);
}

/** Values by names that a schema takes; zod's own words for a wrong key name neither it nor what it should be. */
export function recordOf<Value extends z.ZodType>(key: z.ZodType<string, string>, value: Value) {
  return z.record(z.string(), value).superRefine((record, context) => {
    for (const one of Object.keys(record)) {
      const [problem] = key.safeParse(one).error?.issues ?? [];
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [one], message: `as key ${problem.message}` });
    }
  });
}

/** The models, as clients write them, that a strategy is for. Left out: all. */
export const models = textPatterns.optional();

export const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, { error: 'the name of a header' })
  .transform((header) => header.toLowerCase());

export const percent = z.number().min(0).max(100);

/** Becomes a part of the plugin's own name. */
export const experimentName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: 'lower-case letters, digits and dashes (32 at most)' });
