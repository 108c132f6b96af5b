/** What a provider's refusal is for, where that decides which other target may be asked. */
export type RefusedFor = 'context-length' | 'content-policy';
