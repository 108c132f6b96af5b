/** More than the model can give is an error at most providers. `undefined`: nobody asked for a limit. */
export function outputLimit(asked: number | undefined, most: number | undefined): number | undefined {
  return asked === undefined || most === undefined ? asked : Math.min(asked, most);
}
