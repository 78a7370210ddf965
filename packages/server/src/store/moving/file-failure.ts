/**
 * File failure: what the file system or the packing has against a file, in words.
 */

const words: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EBUSY: 'a place that is in use',
  EEXIST: 'something else in its place',
  EISDIR: 'a folder in the place of a file',
  ENOENT: 'no such file or folder',
  ENOSPC: 'a disk that is full',
  ENOTDIR: 'a file in the place of a folder',
  ENOTEMPTY: 'a folder that is not empty',
  EROFS: 'a disk that may only be read',
  EXDEV: 'a place on another disk than the folder around it',
  Z_BUF_ERROR: 'a packed file that is cut off',
  Z_DATA_ERROR: 'no gzip, or damaged',
};

/** Undefined of anything that is no failure of the kind, such as a bug. */
export const fileFailure = (cause: unknown): string | undefined => {
  if (!(cause instanceof Error && 'code' in cause)) return undefined;
  const code = String(cause.code);
  return words[code] ?? ('syscall' in cause || code.startsWith('Z_') ? code : undefined);
};
