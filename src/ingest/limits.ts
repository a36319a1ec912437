/** What untrusted input may cost. Every limit is a reject with its own code, never a crash and never silence. */
export interface IngestLimits {
  /** Bytes of one record (a line, an array element). Longer ones are skipped as they stream by, not held. */
  readonly recordBytes: number;
  /** Objects and arrays inside each other in one record. */
  readonly depth: number;
  /** Bytes of a rejected record handed to onReject. */
  readonly rawBytes: number;
  /** A file is given up as "not JSON" when this many records in a row, from its start, cannot be read. */
  readonly rejectsAtStart: number;
  /**
   * Gzip that has given more than `gzipBytes` at more than `gzipRatio` times its size is taken for a bomb. Memory is
   * bounded in any case; this bounds time. Real logs compress 10 to 60 times, endlessly repeated ones up to about 200.
   */
  readonly gzipBytes: number;
  readonly gzipRatio: number;
}

export const defaultLimits: IngestLimits = {
  recordBytes: 16 * 1024 * 1024,
  depth: 100,
  rawBytes: 4096,
  rejectsAtStart: 1000,
  gzipBytes: 1024 * 1024 * 1024,
  gzipRatio: 250,
};
