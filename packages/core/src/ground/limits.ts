/**
 * Every bound of the protocol in one table, each with its unit in its name. Each is tested at the bound and one beyond it.
 */
export const limits = {
  /** A message of the information exchange other than exchange data. */
  controlMessageBytesMax: 1024 * 1024,
  /** Messages about exchangeData: reads, streams and their answers. */
  exchangeDataBytesMax: 16 * 1024 * 1024,
  messageObjectsMax: 500,
  idCharactersMax: 1024,
  keyCharactersMax: 512,
  termCharactersMax: 128,
  textCharactersMax: 64 * 1024,
  nameCharactersMax: 10_000,

  /** Time of a whole federated answer, whatever the members do. */
  deadlineDefaultMs: 2_000,
  deadlineMinMs: 1,
  deadlineMaxMs: 30_000,
  /** What a member is told to keep back of the remaining time, for the way and the merge. */
  deadlineMarginMs: 40,
  answerMaxMs: 30_000,
  clockToleranceMs: 5_000,
  /** from then on somebody should see to the clocks */
  clockDoubtfulMs: 1_000,
  replayMemoryMs: 24 * 60 * 60 * 1000,
  /** Ids of reads that are remembered, so that one id is not used for two contents. */
  messageIdsRememberedMax: 10_000,
  /** Adaptors that one message may pass. */
  hopsMax: 8,

  /** Keys by which one twin is known at a time, and changes of them that are told. */
  keysMax: 8,
  keyAnnouncementsMax: 32,
  /** How long signatures of a retired key are accepted where nothing else is said. */
  keyGraceMs: 24 * 60 * 60 * 1000,
  /** A partner's keys are looked up again after this, and after a failure not sooner than the pause. */
  keyRefreshMs: 10 * 60 * 1000,
  keyLookUpPauseMs: 500,
  keyLookUpsMax: 32,

  /** A file of the exchange log is closed and the next one begun at this size; of so many entries, or bytes of them, one is a signed checkpoint, and one is made after so long. */
  logFileBytesMax: 16 * 1024 * 1024,
  logCheckpointEntries: 1_000,
  logCheckpointBytes: 768 * 1024,
  logCheckpointMs: 60_000,
  /** How long an entry may wait to be written with others. */
  logFlushMs: 100,
  /** Messages of a stream and probes are counted: one entry of the log for so long or so many of a kind, and so many kinds at a time. */
  logTallyMs: 60_000,
  logTallyMessagesMax: 1_000,
  logTalliesMax: 1_000,
  /** Entries that a partner is shown at a time, and bytes of them as they stand in the log; how often a minute. */
  logExcerptEntriesMax: 1_000,
  logExcerptBytesMax: 896 * 1024,
  logExcerptsPerMinuteMax: 120,
  /** Files that one page of the log looks into. */
  logFilesPerPageMax: 4,

  /** Functions running for others at a time, and runs that are remembered after their end; of those asked of others so many are under way. */
  functionRunsMax: 32,
  functionRunsRememberedMax: 1_000,
  /** How long a function may run, and after how long who waits for it is answered that it goes on. */
  functionMaxMs: 120_000,
  functionAcceptedMs: 5_000,

  leaseSecondsDefault: 60,
  leaseSecondsMin: 1,
  leaseSecondsMax: 86_400,
  leasesMissedMax: 3,
  /** an entry of the registry, as registered or as updates make it: it must still be told in one message */
  registryEntryBytesMax: 768 * 1024,
  /** twins of one agency in a registry, features of one twin, and federated twins that one twin began */
  registryTwinsPerAgencyMax: 100,
  registryFeaturesPerTwinMax: 1_000,
  registryFederatedTwinsPerTwinMax: 1_000,
  negotiationRoundsMax: 5,
  /** how long an invitation may be answered */
  invitationMs: 7 * 24 * 60 * 60 * 1000,
  membersMax: 200,
  /** what is over (tombstones of a registry, agreements, memberships, connections, bridges) is kept so long for who looks back, or for its duties where these last longer; of one partner so many, the last ones */
  overKeptMs: 90 * 24 * 60 * 60 * 1000,
  overKeptPerPartnerMax: 1_000,
  /** connections that are open under one agreement */
  connectionsPerAgreementMax: 8,
  /** federations that one twin takes part in at once */
  membershipsMax: 1_000,
  /** plans that wait until a person approves them, and for how long one waits */
  approvalsWaitingMax: 100,
  approvalMaxMs: 7 * 24 * 60 * 60 * 1000,
  /** a federation that has not been formed for so long has failed */
  formingMaxMs: 90 * 24 * 60 * 60 * 1000,
  /** an interrupted link degrades its federation after three heartbeats */
  degradedAfterMs: 3_000,
  /** a member that is silent for so long is lost where another may take its place */
  memberLostMs: 10_000,
  /** a mandatory need that nobody serves for so long suspends the federation */
  suspendAfterMs: 60_000,
  /** notice that a leaving member, a released federation or a withdrawn entry may give */
  graceSecondsMax: 86_400,
  needsMax: 200,
  candidatesMax: 500,
  /** changes of one sender that wait for their turn, and how often one of them lets more urgent ones go first */
  turnsWaitingMax: 1_000,
  turnsPassedOverMax: 16,
  /** of those who could take the place of a member that is lost, so many are asked how they stand */
  runnersUpAskedMax: 8,
  /** how many registries further a question may go from the one that was asked */
  registryHopsMax: 3,
  registryPeersMax: 16,
  /** how long a registry waits for its peers: what stays away is named */
  registryPeerMs: 1_500,
  registrySubscriptionsPerTwinMax: 64,
  /** how long one lasts at most; whoever wants it longer subscribes again */
  registrySubscriptionMsMax: 30 * 24 * 60 * 60 * 1000,
  /** of a peer registry, for all on whose behalf it listens */
  registrySubscriptionsPerPeerMax: 1_000,
  /** changes that a registry heard of from its peers and passed on, which it does not pass on again */
  registryChangesRememberedMax: 10_000,
  dictionariesMax: 200,
  /** earlier versions of one dictionary that can still be looked up: the last ones */
  dictionaryVersionsMax: 16,
  adaptorPairsMax: 200,
  /** rules of one feature of an adaptation profile */
  adaptationRulesMax: 500,
  /** connections that one adaptor bridges at a time */
  adaptorConnectionsMax: 200,
  /** a bridge over which its consumer said nothing for so long is taken down: whoever ended it could not say so */
  bridgeIdleMs: 600_000,
  /** records of a dry run that are converted to be looked at */
  adaptationSamplesMax: 20,
  /** records that are fetched of a member's own interface for one question, and how long is waited for them */
  farRecordsMax: 20_000,
  farFetchMs: 10_000,
  /** records of a member's own interfaces whose last change is remembered for who follows; who is further behind takes a new snapshot */
  farChangesMax: 10_000,
  /** for how long a member asks its own system to be told of changes before it asks again, and how often it looks for itself meanwhile */
  farSubscriptionMs: 600_000,
  farSubscribedLookMs: 60_000,
  dictionaryTermsMax: 10_000,
  discoverPageDefault: 50,
  discoverPageMax: 500,
  /** entries of one page: what does not fit is on the next one; no entry is larger than a page may be */
  discoverPageBytesMax: 896 * 1024,
  discoveryFieldsMax: 64,

  pageDefault: 100,
  pageMax: 500,
  /** Shapes of one page; a twin whose shape would go beyond is told without it. */
  shapesBytesMax: 8 * 1024 * 1024,
  filterDepthMax: 8,
  filterNodesMax: 200,
  filterIdsMax: 10_000,
  /** groups of a summary */
  summaryGroupsMax: 1_000,
  filterKindsMax: 200,
  filterTextCharactersMax: 200,
  areaVerticesMax: 200_000,
  areasRememberedMax: 256,
  identityBatchMax: 250,
  /** a key that names more twins names nothing: those beyond are told to be there, and not told */
  twinsPerIdentifierMax: 100,
  /** twins of a page whose history is asked for */
  historyTwinsMax: 20,
  /** slots of one series in an answer, and samples that are looked at for them; where there are more, the answer says so */
  slotsMax: 1_000,
  slotSamplesMax: 10_000,
  /** for so many slots what is learnt late rewrites its own, where a federation says nothing else */
  lateSlotsDefault: 3,
  /** questions of one read; those that wait for the same member share a message */
  queriesPerReadMax: 32,
  /** messages of small questions under way to one member; what comes meanwhile waits for the next one */
  readsUnderWayMax: 1,
  /** for as long at most: a slow answer keeps nobody else waiting */
  readWaitMs: 10,
  /** how often representations of representations are asked for in one answer: a chain of links as long is told whole */
  identityRoundsMax: 16,

  /** messages over a link of which its figures are made: the last ones */
  linkMessagesMax: 256,
  /** between two probes of a link that works */
  heartbeatMs: 1_000,
  probeTimeoutMs: 800,
  probeIntervalMinMs: 250,
  probeIntervalMaxMs: 5_000,
  retryAttemptsMax: 3,
  retryDelayMinMs: 100,
  retryDelayMaxMs: 5_000,

  /** messages under way on one WebSocket between nodes, and sockets that one node takes in */
  socketMessagesMax: 64,
  socketsMax: 1_024,
  /** answers that wait to be taken on a socket: beyond it nothing more is heard there */
  socketWaitingBytesMax: 16 * 1024 * 1024,
  /** a socket is asked for a sign of life so often, and is given up when none came for so long */
  socketPingMs: 5_000,
  socketSilentMs: 12_000,
  /** a peer whose socket was refused is spoken to over HTTP for so long */
  socketRestMs: 30_000,

  streamsPerPeerMax: 64,
  streamBatchTwinsMax: 500,
  streamHeartbeatMs: 1_000,
  /** twins whose value is remembered as it was told, for a subscription to what moved by so much; what is forgotten is told again */
  triggerTwinsMax: 10_000,
  /** A source that sent nothing, not even a heartbeat, for this long is silent. */
  streamSilentMs: 2_000,
  subscriptionTwinsMax: 100_000,
  /** twins that one scene looks at: all are held while it is cut, some 0.9 KiB each */
  sceneTwinsMax: 1_000_000,
  /** pages of one walk over the twins of a source, a hundred twins or more each: who tells ever more is asked no further */
  walkPagesMax: 20_000,
  subscriptionQueueMax: 1_000,

  commandsMax: 500,
  /** links of one twin, each way */
  linksPerTwinAnswerMax: 500,
  /** links of all twins of a page, each way, which they share evenly: as many as fit into a message */
  linksPerAnswerMax: 20_000,
  /** hops of one walk along links of a store */
  walkHopsMax: 16,
  /** the finest cells of an overview: some metres wide */
  cellLevelMax: 24,
  /** cells that the box of an overview may meet */
  cellsMax: 10_000,
} as const;

export type Limits = typeof limits;
