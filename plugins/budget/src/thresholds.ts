/** The shares of a limit that were reached by spending this amount: each is told once, by whoever crossed it. */
export function reached(shares: readonly number[], spent: number, amount: number, limit: number): number[] {
  return shares.filter((share) => spent >= share * limit && spent - amount < share * limit);
}
