/** Digits of a nano-dollar after the point. */
const nanoDigits = 9n;

/**
 * A price in dollars as whole nano-dollars. Taken from the shortest decimal that means the number, for multiplying would make
 * 0.135 × 10⁹ more than it is; what is finer than a nano-dollar is rounded up.
 */
export function nanoDollars(dollars: number): bigint {
  const [digits = '0', exponent = '0'] = dollars.toExponential().split('e');
  const [whole = '0', fraction = ''] = digits.split('.');
  const shift = BigInt(exponent) - BigInt(fraction.length) + nanoDigits;
  const value = BigInt(whole + fraction);
  return shift >= 0n ? value * 10n ** shift : ceilDivide(value, 10n ** -shift);
}

/** Of numbers that are not negative. */
export function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
