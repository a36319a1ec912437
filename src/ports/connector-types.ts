/** The kinds of connector there are, as those who configure one need them. */
export interface ConnectorTypes {
  readonly names: readonly string[];
  /**
   * Settings as a type reads them, defaults filled in, and the action kinds a connector with them carries out. Nothing is
   * connected to. Throws `CONNECTOR_TYPE_UNKNOWN` and `CONNECTOR_SETTINGS_INVALID` (400), naming what is wrong and where.
   */
  check(
    type: string,
    settings: unknown,
  ): { readonly settings: Readonly<Record<string, unknown>>; readonly kinds: readonly string[] };
}
