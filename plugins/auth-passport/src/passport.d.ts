// What we use of passport. Its own types widen Express's for the whole application that installs them.
declare module 'passport' {
  import type { Strategy } from './options.ts';

  type Callback = (error: unknown, user?: unknown, info?: unknown) => void;

  export class Passport {
    authenticate(
      strategy: Strategy,
      options: { readonly session: false },
      callback: Callback,
    ): (req: unknown, res: unknown, next: (error?: unknown) => void) => void;
  }

  const passport: { readonly Passport: typeof Passport };
  export default passport;
}
