// What this example uses of its login packages. Their own types widen Express's for everything around it.

declare module 'passport' {
  import type { RequestHandler } from 'express';

  type Done = (error: unknown, result?: unknown) => void;

  interface Passport {
    use(strategy: object): this;
    serializeUser(serialize: (user: { readonly name: string }, done: Done) => void): void;
    deserializeUser(deserialize: (name: string, done: Done) => void): void;
    session(): RequestHandler;
    authenticate(strategy: string): RequestHandler;
  }
}

declare module 'passport-local' {
  export class Strategy {
    constructor(verify: (name: string, password: string, done: (error: unknown, user?: unknown) => void) => void);
  }
}
