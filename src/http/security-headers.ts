/**
 * Telemetry is hostile and the console shows it: nothing may run, load, frame or leak but what this server ships.
 * 'unsafe-inline' is for styles alone, which the component library sets on elements.
 */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/** The headers every answer carries; HSTS only where people reach us by https, else a browser would lock itself out. */
export function secureHeaders(https: boolean): Readonly<Record<string, string>> {
  return https ? { ...headers, 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : headers;
}
