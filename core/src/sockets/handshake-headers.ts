/** What a request says of its body and of its answer's form has no meaning for a connection. */
const ofOneRequest = /^(?:content-.*|accept|accept-encoding)$/;

/** The headers of a request, names and values in turn, as far as they make sense for a connection. */
export function handshakeHeaders(list: readonly string[]): (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at < list.length; at += 2)
    if (!ofOneRequest.test(list[at] as string)) pairs.push([list[at] as string, list[at + 1] as string]);
  return pairs;
}
