/** For a call whose result never came: every format wants one for each. */
export const noResult = 'No result was provided.';

/** Before a result whose call is not in the conversation, told as the user's words: it may be what the next answer is about. */
export function orphanIntroduction(name: string | undefined): string {
  return `Result of a tool call${name === undefined ? '' : ` (${name})`} that is no longer in this conversation:`;
}

/** A failure said in the text, for formats without a mark for it. */
export function failureText(text: string): string {
  return /^\W*error/i.test(text) ? text : `Error: ${text}`;
}
