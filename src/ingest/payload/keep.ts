/**
 * Sets a member whose name a stranger chose. `__proto__` becomes a member like any other: plain assignment would change what the
 * object inherits.
 */
export function keep(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}
