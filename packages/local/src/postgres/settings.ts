/** For one machine and a few clients: little memory, few processes, no replication. */
const SETTINGS = {
  listen_addresses: '',
  max_connections: '60',
  shared_buffers: '16MB',
  min_wal_size: '16MB',
  max_wal_size: '128MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  jit: 'off',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

export function serverArguments(
  dataDir: string,
  socketDir: string,
  extra: Readonly<Record<string, string>> = {},
): string[] {
  // The setting is a list, so a comma in the path has to be quoted; Postgres doubles quotes inside quotes.
  const settings = { ...SETTINGS, unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`, ...extra };
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
