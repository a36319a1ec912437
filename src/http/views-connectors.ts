import { z } from 'zod';

/** A connector as set up. Settings hold names of secrets; a secret itself has no view. */
export const ConnectorView = z.object({
  id: z.string(),
  type: z.string(),
  settings: z.record(z.string(), z.unknown()),
  kinds: z.array(z.string()),
  enabled: z.boolean(),
  revision: z.number().int(),
});

export const ConnectorList = z.object({ items: z.array(ConnectorView), types: z.array(z.string()) });

export const SecretNames = z.object({
  items: z.array(z.object({ name: z.string(), setById: z.string(), setAt: z.number() })),
});

export const SecretSet = z.object({ name: z.string() });
