import type { Framing } from '@express-ai-gateway/core/provider';
import { ContractViolation, must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import type { ProviderRegistration, StreamSample } from '../provider-registration.ts';

/** A framing gives the same events however the bytes arrive, and knows a stream that stopped within a frame. */
export function framing(registration: ProviderRegistration): ProviderCase[] {
  const made = registration.provider().framing;
  if (made === undefined) return [];
  const { stream } = registration;
  if (stream === undefined)
    return [providerCase('framing', 'a sample', () => fail('the provider has a framing; give a stream in the registration'))];
  return [
    providerCase('framing', 'whole', () => mustDecode(made, stream, [stream.bytes.length])),
    providerCase('framing', 'byte by byte', () => mustDecode(made, stream, [1])),
    providerCase('framing', 'cut in two anywhere', () => {
      for (let at = 1; at < stream.bytes.length; at += 1) mustDecode(made, stream, [at, stream.bytes.length]);
    }),
    providerCase('framing', 'two streams at once', () => mustKeepApart(made, stream)),
    providerCase('framing', 'a stream that stops within a frame', () => mustMissEnd(made, stream)),
  ];
}

function fail(message: string): never {
  throw new ContractViolation(message);
}

/** Decodes in pieces of these sizes, the last one again and again. */
function mustDecode(made: Framing, { dialect, bytes, events }: StreamSample, sizes: readonly number[]): void {
  const decoder = made.decoder(dialect);
  let text = '';
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const end = Math.min(bytes.length, at + (sizes[Math.min(piece, sizes.length - 1)] ?? 1));
    text += decoder.push(Buffer.from(bytes.subarray(at, end))).toString('utf8');
    at = end;
  }
  const pieces = sizes.join(', ');
  must(
    text === events,
    () => `in pieces of ${pieces} bytes the stream became ${JSON.stringify(text.slice(0, 200))}, not the events that were expected`,
  );
  must(!decoder.incomplete, () => `in pieces of ${pieces} bytes the stream ended within a frame, though it was whole`);
}

function mustKeepApart(made: Framing, { dialect, bytes, events }: StreamSample): void {
  const decoders = [made.decoder(dialect), made.decoder(dialect)];
  const texts = ['', ''];
  for (const byte of bytes)
    for (const [index, decoder] of decoders.entries()) texts[index] += decoder.push(Buffer.of(byte)).toString('utf8');
  must(
    texts.every((text) => text === events),
    () => 'two streams at once got into each other',
  );
}

function mustMissEnd(made: Framing, { dialect, bytes, events }: StreamSample): void {
  const decoder = made.decoder(dialect);
  const text = decoder.push(Buffer.from(bytes.subarray(0, bytes.length - 1))).toString('utf8');
  must(events.startsWith(text) && text !== events, () => 'a stream without its last byte gave its last event');
  must(decoder.incomplete, () => 'a stream without its last byte was called complete');
}
