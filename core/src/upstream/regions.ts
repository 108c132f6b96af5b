import type { GatewayError } from '../errors.ts';

/** Takes regions of whole frames; `false` from `region` means: no more until `resume`. */
export interface RegionSink {
  region(bytes: Buffer): boolean;
  end(): void;
  fail(error: GatewayError): void;
}

/** Gives regions of whole frames to one sink. */
export interface RegionSource {
  attach(sink: RegionSink): void;
  /** The sink can take more. */
  resume(): void;
  /** Nobody wants the rest. */
  abort(error: GatewayError): void;
}
