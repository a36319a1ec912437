/** A share in [0, 1] in one byte, rounded so that the mean is right. @param dither in [0, 1), see `ditherOf` */
export function encodeShare(share: number, dither: number): number {
  return Math.max(0, Math.min(255, Math.floor(share * 255 + dither)));
}

export function decodeShare(code: number | undefined): number {
  return (code ?? 0) / 255;
}
