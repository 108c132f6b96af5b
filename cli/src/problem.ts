/** Something that the user can mend: told in one line, without a stack. */
export class Problem extends Error {
  override readonly name = 'Problem';
}
