/** Secrets of a tenant, encrypted at rest, read by name at the moment of use and never kept. */
export interface Secrets {
  /** Throws `SECRET_UNKNOWN` (400), naming the name. */
  read(tenant: string, name: string): Promise<string>;
}
