import { GatewayError } from '@express-ai-gateway/core/plugin';

/** The plugin's own refusals; its README has them in a table. */
const refusals = {
  PASS_THROUGH_READ_ELSEWHERE: [
    403,
    'permission',
    'This path passes unread here. Use the path that the gateway has for it, e.g. /v1/chat/completions.',
  ],
  PASS_THROUGH_BATCH: [
    403,
    'permission',
    'Batches are not metered here, so they are not let through. Send the requests one by one, or ask the operator.',
  ],
  PASS_THROUGH_FORM: [
    400,
    'invalid_request',
    'The form is not written plainly enough to see what its file is for. Send multipart/form-data as common clients do.',
  ],
  PASS_THROUGH_REDIRECT: [
    502,
    'upstream',
    'The model provider answered with a redirect, which is not followed. This is for the operator to mend.',
  ],
  PASS_THROUGH_ENCODED: [
    502,
    'upstream',
    'The model provider sent an encoded answer although none was asked for. This is for the operator to mend.',
  ],
  PASS_THROUGH_UPLOAD_URL: [
    502,
    'upstream',
    'The model provider answered with an upload address of its own, which would lead past the gateway. Upload in one request.',
  ],
  PASS_THROUGH_CREDENTIAL: [
    502,
    'upstream',
    "The gateway's own credential could not be made. This is for the operator to mend; your key is not at fault.",
  ],
} as const;

export function refusal(code: keyof typeof refusals, cause?: unknown): GatewayError {
  const [status, type, message] = refusals[code];
  return new GatewayError({ status, code, message, type, ...(cause !== undefined && { cause }) });
}
