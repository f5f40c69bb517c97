/** The number of scenarios of each revision; a server that fails one is itself wrong. */
export const SERVERS = [
  { server: 'legacy', revisions: { '2025-06-18': 27, '2025-11-25': 33 } },
  { server: 'both-eras', revisions: { '2025-06-18': 27, '2025-11-25': 33, '2026-07-28': 40 } },
];
