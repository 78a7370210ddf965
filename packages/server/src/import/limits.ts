/**
 * Every bound of the import in one table, each with its unit in its name. A file beyond a bound of the file is refused whole, a record beyond one of the record alone.
 */
const mebibyte = 1024 * 1024;

export const importLimits = {
  /** the file as it lies there */
  fileBytesMax: 4096 * mebibyte,
  /** what a gzip file unpacks to */
  unpackedBytesMax: 16_384 * mebibyte,
  /** beyond `gzipRatioFromBytes` of output, a file that unpacks to more than this many times its size is a bomb */
  gzipRatioMax: 500,
  gzipRatioFromBytes: 64 * mebibyte,
  /** one feature, city object, line or row */
  recordBytesMax: 16 * mebibyte,
  /** a member of the document that is read whole (metadata, templates) */
  memberBytesMax: 64 * mebibyte,
  /** lists and objects within one another */
  nestingMax: 64,
  featuresMax: 50_000_000,
  /** vertices that the objects of one CityJSON file share */
  verticesMax: 20_000_000,
  /** vertices of one record */
  recordVerticesMax: 1_000_000,
  /** distinct columns of one file, and of one record */
  columnsMax: 2_000,
  /** faces of one outline before its convex hull is taken */
  outlineFacesMax: 20_000,
  /** city objects without geometry that wait for the places of their parts, and the vertices kept for them */
  parentsWaitingMax: 200_000,
  partVerticesMax: 2_000_000,
} as const;
