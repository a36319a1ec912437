/** `C:\Windows\System32\cmd.exe` and `/bin/sh` alike: the last path segment, lower case. */
export function baseName(path: string): string {
  const cut = Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'));
  return path.slice(cut + 1).toLowerCase();
}

/** Accounts that hosts use for themselves: shared by every host, so no sign of one story. */
const builtInAccounts = new Set([
  'system',
  'local service',
  'network service',
  'localsystem',
  'anonymous logon',
  'root',
  'nt authority',
  'iusr',
]);
const builtInPattern = /^(dwm-\d+|umfd-\d+|window manager|font driver host)$/;

/** True for built-in and machine accounts (`ws01$`): they name a host, not a person. */
export function isBuiltInAccount(user: string): boolean {
  return builtInAccounts.has(user) || user.endsWith('$') || builtInPattern.test(user);
}
