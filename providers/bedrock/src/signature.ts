import { hash } from 'node:crypto';
import type { HeaderPairs, OutgoingRequest } from '@express-ai-gateway/core/provider';
import { AwsV4Signer } from 'aws4fetch';

/** As the AWS SDK's credential providers give them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/** Signs for one region. */
export interface RequestSigner {
  /** The headers that prove who sends this request. */
  headers(request: OutgoingRequest, credentials: AwsCredentials): Promise<HeaderPairs>;
}

/** The service whose scope Bedrock's runtime checks; its host is called `bedrock-runtime`. */
const service = 'bedrock';

/** What goes out beside what the request has anyway. */
const signedHeaders = ['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'authorization'];

/** Keys of a day and a secret, made again when another day or another secret comes. */
const maxKeys = 8;

export function requestSigner(region: string): RequestSigner {
  const keys = new Map<string, ArrayBuffer>();
  return {
    async headers({ method, origin, path, body }, { accessKeyId, secretAccessKey, sessionToken }) {
      if (keys.size >= maxKeys) keys.clear(); // temporary secrets come and go for as long as the process lives
      // Only what nobody on the way changes is signed: host, path, body, date and token. The signer encodes the path once more
      // than it is written, as AWS does for every service but S3; here it takes the path that really goes out, `v1%3A0`.
      const signer = new AwsV4Signer({
        method,
        url: origin + path,
        headers: { 'x-amz-content-sha256': hash('sha256', body, 'hex') },
        accessKeyId,
        secretAccessKey,
        ...(sessionToken !== undefined && { sessionToken }),
        service,
        region,
        cache: keys,
      });
      const { headers } = await signer.sign();
      return signedHeaders.flatMap((name): HeaderPairs => {
        const value = headers.get(name);
        return value === null ? [] : [[name, value]];
      });
    },
  };
}
