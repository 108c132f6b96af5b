/** One try per target, and no breaker: for tests of what one try does. What is done about it has tests of its own. */
export const triesOnce = { retries: 0, breaker: false, recovery: 'error' } as const;
