// What tests use of strategies that come without types; their @types widen Express's for everything here.
declare module 'passport-http-bearer' {
  export class Strategy {
    constructor(verify: (token: string, done: (error: unknown, user?: unknown) => void) => void);
    authenticate(request: unknown, options?: unknown): void;
  }
}

declare module 'passport-anonymous' {
  export class Strategy {
    authenticate(request: unknown): void;
  }
}
