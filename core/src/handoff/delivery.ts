import { opaqueHeadList } from '../answer-head.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Outbound } from '../inbound.ts';
import type { GatewayResponse } from '../model/response.ts';
import { StallLimit } from '../stall-limit.ts';
import type { CarriedBody } from './carried-body.ts';

/**
 * Writes a carried answer at the client's pace. Its head goes out with the first byte: what breaks before gets a proper error
 * (rejects), what breaks later is cut, and never looks complete.
 */
export function deliverCarried(
  exchange: Exchange,
  outbound: Outbound,
  response: GatewayResponse,
  body: CarriedBody,
  stallMs: number,
): Promise<void> {
  const stall = new StallLimit(exchange, outbound, stallMs);
  outbound.onDrain(() => {
    stall.stop();
    body.resume();
  });
  const begin = (): void => {
    if (outbound.started) return;
    exchange.statusSent = response.status;
    outbound.start(response.status, opaqueHeadList(exchange, response.headers, body.contentType, body.byteLength));
  };
  return new Promise<void>((resolve, reject) => {
    body.attach({
      data(piece) {
        if (exchange.aborted !== undefined) return true;
        begin();
        exchange.bytesOut += piece.length;
        const open = outbound.write(piece);
        if (!open) stall.arm();
        return open;
      },
      end() {
        if (exchange.aborted === undefined) {
          begin();
          outbound.end();
        }
        resolve();
      },
      fail(error) {
        if (exchange.aborted !== undefined) resolve();
        else if (!outbound.started) reject(error);
        else {
          exchange.error = error instanceof GatewayError ? error : gatewayError('GW_INTERNAL', { cause: error });
          outbound.cut(Buffer.alloc(0));
          resolve();
        }
      },
    });
  }).finally(() => stall.stop());
}
