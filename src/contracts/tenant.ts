import { z } from 'zod';

export const roles = ['viewer', 'analyst', 'lead', 'administrator', 'customer'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

export const Tenant = z.object({ id: z.string(), name: z.string() });
export type Tenant = z.infer<typeof Tenant>;

/** Chain of what belongs to no tenant: sign-ins, migrations, backups. */
export const SYSTEM_TENANT = 'system';
