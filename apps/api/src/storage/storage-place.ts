/** Where checkpoints and features are kept besides this machine: a bucket of S3-compatible storage. */
export interface StoragePlace {
  /** Scheme, host and port of the service. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Before every object's name; empty or ending in a slash. */
  readonly prefix: string;
  readonly region: string;
  /** Whether the bucket is a part of the path (`host/bucket`) or of the host's name (`bucket.host`). */
  readonly pathStyle: boolean;
}

export interface StorageSettings extends StoragePlace {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const PARAMETERS = ['endpoint', 'region', 'pathStyle'];
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[\w.-]+(\/[\w.-]+)*$/;

/**
 * The place that an address such as `s3://bucket/prefix?endpoint=https://host&region=eu-1&pathStyle=true` names, or
 * null where it names none. Without an endpoint it is Amazon's of the region; there the bucket is a part of the
 * host's name, with others a part of the path, unless `pathStyle` says otherwise. Credentials are not taken: an address
 * is shown in lists of processes.
 */
export function readStorageUrl(text: string): StoragePlace | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const bucket = url.hostname;
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  const unknown = [...url.searchParams.keys()].some((name) => !PARAMETERS.includes(name));
  if (url.protocol !== 's3:' || !BUCKET.test(bucket) || unknown) return null;
  if (url.username !== '' || url.password !== '' || url.port !== '' || url.hash !== '') return null;
  if (prefix !== '' && (!PREFIX.test(prefix) || prefix.split('/').some((part) => /^\.+$/.test(part))))
    return null;
  const region = url.searchParams.get('region') ?? 'us-east-1';
  const given = url.searchParams.get('endpoint');
  const pathStyle = url.searchParams.get('pathStyle') ?? String(given !== null);
  const endpoint = given ?? `https://s3.${region}.amazonaws.com`;
  if (!/^[a-z0-9-]+$/i.test(region) || !/^(true|false)$/.test(pathStyle)) return null;
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) return null;
  const { origin, username, pathname } = new URL(endpoint);
  if (username !== '' || pathname !== '/') return null;
  return {
    endpoint: origin,
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region,
    pathStyle: pathStyle === 'true',
  };
}
