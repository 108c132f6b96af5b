/**
 * The name of a service, typed by its interface. Tokens are `Symbol.for` symbols, so that two copies of a package in one
 * process still mean the same service.
 */
export interface Token<T = unknown, Key extends string = string> {
  readonly kind: 'token';
  readonly symbol: symbol;
  readonly name: string;
  /** The property under which `create(options, services)` gets it. */
  readonly key: Key;
  /** Carries the type only; never set. */
  readonly type?: T;
}

/**
 * Declares a service: `export const Mailer = token<Mailer>()('Mailer', 'mailer')`.
 * The second call exists because TypeScript infers either all type arguments or none.
 */
export function token<T>(): <const Key extends string>(name: string, key: Key) => Token<T, Key> {
  return (name, key) => Object.freeze({ kind: 'token', symbol: Symbol.for(`@express-ai-gateway/${name}`), name, key });
}

/** Whether a value is a token. */
export function isToken(value: unknown): value is Token {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'token';
}
