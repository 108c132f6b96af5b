/** Who is calling. Set by exactly one authentication plugin per exchange, frozen from then on. */
export interface Principal {
  readonly id: string;
  /** What kind of identity `id` is. */
  readonly kind: 'key' | 'user' | 'service' | 'anonymous';
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly plan?: string;
  readonly scopes?: readonly string[];
  /** Names that it may ask for, as clients write them; `*` stands for any characters. All when left out. The core holds it. */
  readonly models?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Money of one exchange. Integer nano-dollars; `undefined` amount means the price is unknown, not zero. */
export interface Cost {
  readonly nanoDollars: bigint | undefined;
  /** Name and date of the price table that was used. */
  readonly table: string;
  /** Why the amount is unknown; only there when it is. */
  readonly why?: string;
}
