/** Writes rows as a Parquet file, which takes the whole of them before its first byte is final. */
export interface ParquetExport {
  /**
   * Rows come as JSON values in the order of `columns` (DuckDB's types). Returns how many. Throws `HUNT_EXPORT_FAILED`, leaving no file.
   *
   * @param path file to be made; replaced where it is there
   */
  write(
    columns: readonly { readonly name: string; readonly type: string }[],
    pages: AsyncIterable<readonly (readonly unknown[])[]>,
    path: string,
  ): Promise<number>;
}
