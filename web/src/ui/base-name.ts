/** Last part of a Windows or POSIX path; the path itself where it ends in a separator. */
export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) || path;
