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
  /** What an object must have to be this service; checked when it is given. */
  readonly methods?: readonly string[];
  /** Carries the type only; never set. */
  readonly type?: T;
}

/**
 * Declares a service: `export const Mailer = token<Mailer>()('Mailer', 'mailer')`.
 * The second call exists because TypeScript infers either all type arguments or none. With the names of its methods
 * (`['send']`) a service that lacks one is refused when it is given, not at the first request that needs it.
 */
export function token<T>(): <const Key extends string>(name: string, key: Key, methods?: readonly (keyof T & string)[]) => Token<T, Key> {
  return (name, key, methods = []) => {
    const symbol = Symbol.for(`@express-ai-gateway/${name}`);
    return Object.freeze({ kind: 'token', symbol, name, key, methods: Object.freeze([...methods]) });
  };
}

/** Whether a value is a token. */
export function isToken(value: unknown): value is Token {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'token';
}
