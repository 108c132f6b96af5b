// What we use of passport-jwt. Its own types widen Express's for the whole application that installs them.
declare module 'passport-jwt' {
  import type { KeyObject } from 'node:crypto';

  export interface Request {
    readonly token: string;
  }

  export type KeyProvider = (request: Request, token: string, done: (error: unknown, key?: KeyObject) => void) => void;

  export class Strategy {
    constructor(
      options: {
        readonly jwtFromRequest: (request: Request) => string;
        readonly secretOrKeyProvider: KeyProvider;
        readonly algorithms: readonly string[];
        readonly issuer: string;
        readonly audience: readonly string[];
        readonly ignoreExpiration: boolean;
        readonly jsonWebTokenOptions: { readonly ignoreNotBefore: boolean };
      },
      verify: (payload: unknown, done: (error: unknown, user: unknown) => void) => void,
    );
    authenticate(request: Request): void;
    success(user: unknown): void;
    fail(problem: unknown): void;
    error(problem: unknown): void;
  }
}
