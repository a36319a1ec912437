import type { VendorAlert } from '../contracts/event.ts';
import { textOf } from './fields.ts';

const levels: Readonly<Record<string, VendorAlert['level']>> = {
  informational: 'informational',
  low: 'low',
  medium: 'medium',
  high: 'high',
};

/**
 * Severity as Microsoft's alert APIs write it, in any case: informational, low, medium, high. They have nothing above high. What they
 * did not decide (`unknown`, `UnSpecified`, `unknownFutureValue`) is medium, as a rule without a level is.
 */
export function microsoftLevel(severity: unknown): VendorAlert['level'] {
  const name = textOf(severity)?.toLowerCase() ?? '';
  return Object.hasOwn(levels, name) ? (levels[name] ?? 'medium') : 'medium';
}

/** The host part of a URL that may lack its scheme; undefined where there is none. */
export function urlHost(value: unknown): string | undefined {
  return /^(?:[a-z][a-z0-9+.-]{0,20}:\/\/)?(?:[^/@\s]{0,200}@)?([^/:?#\s]{1,253})/i.exec(textOf(value) ?? '')?.[1];
}

/** `folder` and `name` as one path. */
export function joinedPath(folder: unknown, name: unknown): string | undefined {
  const file = textOf(name);
  const path = textOf(folder);
  if (path === undefined || file === undefined) return path ?? file;
  if (path.toLowerCase().endsWith(file.toLowerCase())) return path;
  const separator = path.includes('/') && !path.includes('\\') ? '/' : '\\';
  return path.endsWith(separator) ? `${path}${file}` : `${path}${separator}${file}`;
}
