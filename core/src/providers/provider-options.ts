import { z } from 'zod';
import { configProblems } from '../config-problems.ts';
import { GatewayConfigError } from '../errors.ts';
import { isModelName } from '../model-name.ts';

// What the options of providers have in common. What may hold a secret is any value to the schema: `defineProvider`, keys and
// access tokens check it themselves, and tell no more of it than its kind.

const nameRule = 'lower-case letters, digits, dots, dashes (64 at most)';

/** A function; zod's own check of functions wraps them. */
export const functionSchema = z.custom<unknown>((value) => typeof value === 'function', { error: 'a function' });

export const quirksSchema = z.strictObject({
  streamUsage: z.boolean().optional(),
  maxTokensField: z.enum(['max_completion_tokens', 'max_tokens']).optional(),
  developerRole: z.boolean().optional(),
  toolChoiceRequired: z.enum(['required', 'any']).optional(),
  toolChoiceByName: z.boolean().optional(),
  reasoningHistory: z.enum(['reasoning_content', 'reasoning']).optional(),
  googleSignatures: z.boolean().optional(),
  reasoningEffort: z.boolean().optional(),
  imageUrls: z.boolean().optional(),
  images: z.boolean().optional(),
  tools: z.boolean().optional(),
  strictTools: z.boolean().optional(),
  jsonSchema: z.boolean().optional(),
  prefixMessages: z.boolean().optional(),
  unknownFields: z.array(z.string()).optional(),
});

export const modelNameSchema = z.string().refine(isModelName, { error: 'a model name of printable ASCII, 256 at most' });

export const providerOptions = z.strictObject({
  name: z.string({ error: nameRule }).regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: nameRule }),
  apiKey: z.unknown().optional(),
  baseUrl: z.unknown().optional(),
  headers: z.record(z.string(), z.unknown(), { error: 'an object of names and values' }).optional(),
  models: z.array(modelNameSchema).optional(),
  quirks: quirksSchema.optional(),
});

/** How messages call a provider. */
export function placeOf(name: unknown): string {
  return typeof name === 'string' ? `provider ${JSON.stringify(name)}` : 'provider';
}

/** Refuses options that a factory does not know, or of the wrong kind, with what was probably meant. */
export function checkOptions(name: unknown, options: unknown, schema: z.ZodType): void {
  const place = placeOf(name);
  if (typeof options !== 'object' || options === null) refuse(place, '(the whole value)', 'an object of options', kindOf(options));
  const { error } = schema.safeParse(options);
  if (error !== undefined) throw new GatewayConfigError(`The ${place} is not usable:`, configProblems(error, options, '', schema));
}

export function refuse(place: string, path: string, expected: string, received: string): never {
  throw new GatewayConfigError(`The ${place} is not usable:`, [{ path, expected, received }]);
}

/** What may hold a secret is told by its kind alone. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value.trim() === '' ? 'an empty string' : 'a value of type string';
  return value === null ? 'null' : `a value of type ${typeof value}`;
}

/** Whether an option was given: an environment variable that is set to nothing is none. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '';
}

/** Options that exclude each other: the one that was given, else one that was named without a value, which is then told. */
export function oneOf<Name extends string>(
  name: string,
  options: Readonly<Partial<Record<Name, unknown>>>,
  names: readonly Name[],
  below = '',
): Name {
  const [given, another] = names.filter((one) => isGiven(options[one]));
  if (another !== undefined) refuse(placeOf(name), below + another, `nothing beside ${below}${given}`, 'both');
  return given ?? names.find((one) => Object.hasOwn(options, one)) ?? (names[0] as Name);
}
