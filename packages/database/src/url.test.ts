import { describe, expect, it } from '@jest/globals';
import { withDatabaseName, checkDatabaseUrl, redactedUrl } from './url.js';

describe.each([
  ['postgresql://app:s3cret@db.example:5433/gateway?sslmode=verify-full', 'app@db.example:5433/gateway'],
  ['postgresql://app:s3cret@localhost/gateway?host=/tmp/a%20b', 'app@/tmp/a b/gateway'],
  ['postgresql://app:s3cret@/gateway?host=/tmp/dir', 'app@/tmp/dir/gateway'],
  ['postgresql://%2Ftmp%2Fdir/gateway', '/tmp/dir/gateway'],
  ['postgresql:///gateway', '/gateway'],
])('%s', (url, label) => {
  it('is shown without its password and options', () => {
    expect(redactedUrl(url)).toBe(label);
    expect(checkDatabaseUrl(url)).toBe(url);
  });

  it('keeps server, user and options with another database name', () => {
    const other = withDatabaseName(url, 'other');
    expect(redactedUrl(other)).toBe(label.replace(/gateway$/, 'other'));
    expect(other).toContain(new URL(url.replace('@/', '@x/')).search);
  });
});

it('must not name another schema: the tables are in "public"', () => {
  expect(checkDatabaseUrl('postgresql://app@db/gateway?schema=public')).toContain('public');
  expect(() => checkDatabaseUrl('postgresql://app@db/gateway?schema=mine')).toThrow('must not set schema=mine');
});

it('does not repeat a value that is not a URL', () => {
  expect(() => checkDatabaseUrl('postgresql://app:s3cret@[db/gateway')).toThrow(/^DATABASE_URL is not a URL/);
});
