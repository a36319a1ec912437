import { z } from 'zod';
import { SecretName } from '../../../contracts/connector.ts';
import { Cidr } from '../network/destinations.ts';

/** One address and nothing else: no list, no display name, no quoting, no line. */
export const MailAddress = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    'must be one plain mail address',
  );

/** Settings of mail. Whom it may write to is a list: an order's recipient is checked against it. */
export const SmtpSettings = z.strictObject({
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address'),
  port: z.number().int().min(1).max(65_535).default(587),
  /** `starttls` refuses a server that does not offer it; `tls` is TLS from the first byte. Plain text is not offered. */
  security: z.enum(['starttls', 'tls']).default('starttls'),
  user: z.string().max(200).optional(),
  passwordSecret: SecretName.optional(),
  from: MailAddress,
  /** Addresses, or `*@domain`. */
  recipients: z
    .array(
      z.union([
        MailAddress,
        z.string().regex(/^\*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'must be an address or *@domain'),
      ]),
    )
    .min(1)
    .max(500),
  /** Where no recipient is asked for. */
  defaultTo: MailAddress.optional(),
  ranges: z.array(Cidr).max(20).default([]),
  caCertificate: z.string().max(20_000).optional(),
  timeoutMs: z.number().int().min(100).max(60_000).default(15_000),
});
export type SmtpSettings = z.infer<typeof SmtpSettings>;
