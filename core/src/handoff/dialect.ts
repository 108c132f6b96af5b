import type { Dialect } from '../dialects/dialect.ts';
import type { Handoff } from './handoff.ts';

/** A handoff as the route table and the way out see it: a dialect by its name, with the errors of a real one. */
export interface HandoffDialect extends Dialect {
  readonly handoff: Handoff;
}

export function isHandoffDialect(dialect: Dialect): dialect is HandoffDialect {
  return 'handoff' in dialect;
}

/** Throws for errors of a dialect that does not exist. */
export function handoffDialect(handoff: Handoff, dialects: readonly Dialect[]): HandoffDialect {
  const { name, errors = 'openai-chat' } = handoff;
  const spoken = dialects.find(({ id }) => id === errors);
  if (spoken === undefined)
    throw new TypeError(
      `The handoff ${name}: errors: expected one of ${dialects.map(({ id }) => id).join(', ')}, received ${JSON.stringify(errors)}`,
    );
  const { requestIdHeader } = spoken;
  return {
    id: name,
    routes: [], // the handoff's own stand in the table, with methods that no dialect has
    errorBody: (error, id) => spoken.errorBody(error, id),
    ...(requestIdHeader !== undefined && { requestIdHeader }),
    handoff,
  };
}
