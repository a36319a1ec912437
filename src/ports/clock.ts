/** All time in the product comes from here; none from SQL, none from Date.now(). Epoch ms, UTC. */
export interface Clock {
  now(): number;
}
