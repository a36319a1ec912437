import { z } from 'zod';
import { SecretName } from '../../../contracts/connector.ts';
import { Cidr } from '../network/destinations.ts';

/** Settings of AWS IAM. The key is the connector's own: the machine's roles and profiles are never used. */
export const AwsSettings = z.strictObject({
  /** Where IAM answers. Another only for other partitions, a private endpoint or a test. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default('https://iam.amazonaws.com'),
  /** The region that requests are signed for; IAM of the public cloud is in us-east-1. */
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as us-east-1')
    .default('us-east-1'),
  accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/, 'must be an access key id'),
  secretKeySecret: SecretName,
  /** Users that are never acted on; break-glass accounts belong here. */
  protectedUsers: z.array(z.string().max(64)).max(1000).default([]),
  ranges: z.array(Cidr).max(20).default([]),
  caCertificate: z.string().max(20_000).optional(),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
});
export type AwsSettings = z.infer<typeof AwsSettings>;
