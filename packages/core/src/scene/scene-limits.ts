/**
 * Bounds of a scene and its tiles. What is larger is refused; nothing is made for it.
 */
export const sceneLimits = {
  tileItemsMax: 65_536,
  tileRingsMax: 262_144,
  tileCornersMax: 1_048_576,
  tileGrainCentimetresMax: 100_000,
  /** inflated */
  tileBytesMax: 16 * 1024 * 1024,
  archiveTilesMax: 65_536,
  archiveBytesMax: 1024 * 1024 * 1024,
  /** of the beginnings of archives, and of tiles, that come with the document of a scene */
  openingBytesMax: 512 * 1024,
  /** ways to look at a scene of which the opening is kept */
  openingLooksMax: 16,
  /** how a picture may be looked at: how much wider than high or the reverse, pixels of a metre at a metre, and pixels of error at least */
  lookAspectMax: 100,
  lookPixelsMax: 100_000,
  lookErrorPixelsMin: 0.01,
  layerRowsMax: 4_000_000,
  sceneLayersMax: 1_000,
  sceneKindsMax: 1_000,
  lookupRowsMax: 10_000,
  sceneRowsMax: 16_000_000,
  /** of one frame; what more changed comes in the next */
  stateRowsMax: 50_000,
  stateFrameBytesMax: 1024 * 1024,
  /** stretches of rows that somebody looks at */
  stateRangesMax: 1_000,
} as const;
