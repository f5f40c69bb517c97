/** Seconds until an answer begins: from what is in memory to a tool that takes its time. */
export const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** `2xx` and the like; `none` when there was no answer. */
export const statusClass = (status: number | undefined): string => CLASSES[Math.floor((status ?? 0) / 100)] ?? 'none';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The method, or `other`: anybody can make one up. */
export const methodLabel = (method: string | undefined): string =>
  METHODS.has(method ?? '') ? String(method) : 'other';
