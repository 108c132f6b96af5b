import type { z } from 'zod';
import { configProblems } from './config-problems.ts';
import { GatewayConfigError } from './errors.ts';

/** Options by their schema. Throws a `GatewayConfigError` with every problem: place, expected, received. `what`: "The plugin greeting". */
export function parseOptions<Schema extends z.ZodType>(what: string, schema: Schema, given: unknown): z.output<Schema> {
  const options = given ?? {};
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  throw new GatewayConfigError(`${what} cannot be used like this:`, configProblems(result.error, options, 'options', schema));
}
