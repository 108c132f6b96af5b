/** What a plugin does against the contract. The message says what was seen, what is expected and, where it helps, what to do. */
export class ContractViolation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContractViolation';
  }
}

/** Throws the violation unless the condition holds. */
export function must(condition: boolean, violation: () => string): asserts condition {
  if (!condition) throw new ContractViolation(violation());
}
