/** The event logs the sample writes. */
export type Channel = 'sysmon' | 'security' | 'powershell' | 'system';
