/**
 * Fetches a file that an admin dropped into the chat. Its address comes with the message, so it is held
 * against the tenant's own hosts, each redirect of it too; what comes is counted as it comes.
 */
import { TeamsFileError } from './errors.ts';

export interface FileHosts {
  /** Such as `.sharepoint.com`. */
  readonly suffix: string;
  /** Beyond those of the tenant, and over http on loopback; for tests and the Playground. */
  readonly moreHosts: readonly string[];
}

export interface FileFetchDeps extends FileHosts {
  /** The tenant's verified domains. */
  readonly ownDomains: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly timeLimitMs?: number;
}

/** A list of 10,000 lines, in UTF-16, with long addresses. */
const MOST_BYTES = 8_000_000;
const TIME_LIMIT_MS = 30_000;
const MOST_REDIRECTS = 3;

/** "contoso" of contoso.onmicrosoft.com, and of the other clouds' names. */
const TENANT_NAME = /^(?<name>[a-z\d-]+)\.(?:partner\.)?onm(?:icrosoft\.(?:com|us)|schina\.cn)$/;

/**
 * Whether a file lies in the tenant's own SharePoint or OneDrive. Believed: the first label of the host is
 * the name that the tenant has, or had, under onmicrosoft.com, then three letters of a region where the
 * tenant is in several, then `-my` for OneDrive. Pure.
 */
export function isTenantFile(
  url: URL,
  { suffix, moreHosts }: FileHosts,
  ownDomains: readonly string[],
): boolean {
  if (url.username !== '' || url.password !== '') {
    return false;
  }
  const isLoopback = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
  if (moreHosts.includes(url.hostname)) {
    return url.protocol === 'https:' || (isLoopback && url.protocol === 'http:');
  }
  if (url.protocol !== 'https:' || url.port !== '' || !url.hostname.endsWith(suffix)) {
    return false;
  }
  const label = url.hostname.slice(0, -suffix.length).replace(/-my$/, '');
  const names = ownDomains.flatMap((domain) => TENANT_NAME.exec(domain)?.groups?.['name'] ?? []);
  return names.some(
    (name) =>
      label === name || (/^[a-z]{3}$/.test(label.slice(name.length)) && label.startsWith(name)),
  );
}

async function readBody(response: Response): Promise<Uint8Array> {
  if (Number(response.headers.get('content-length') ?? 0) > MOST_BYTES) {
    throw new TeamsFileError('file.too-large');
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) {
      // Leaving the loop closes the connection: the rest is not fetched.
      throw new TeamsFileError('file.too-large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Returns what the address gives, or throws a TeamsFileError; neither names the address. */
export function createFileFetch(
  deps: FileFetchDeps,
): (address: string, signal: AbortSignal) => Promise<Uint8Array> {
  const { timeLimitMs = TIME_LIMIT_MS } = deps;

  async function follow(
    start: URL,
    domains: readonly string[],
    within: AbortSignal,
  ): Promise<Response> {
    let url: URL | null = start;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      if (url === null || !isTenantFile(url, deps, domains)) {
        throw new TeamsFileError('file.foreign-host');
      }
      const response: Response = await fetch(url, {
        redirect: 'manual',
        // What is counted is what is sent.
        headers: { 'accept-encoding': 'identity' },
        signal: within,
      });
      if (response.status < 300 || response.status > 399) {
        return response;
      }
      await response.body?.cancel();
      url = URL.parse(response.headers.get('location') ?? '', url.href);
    }
    throw new TeamsFileError('file.not-given');
  }

  return async (address, signal) => {
    const start = URL.parse(address);
    if (start === null) {
      throw new TeamsFileError('file.foreign-host');
    }
    const domains = await deps.ownDomains(signal);
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
    try {
      const response = await follow(start, domains, within);
      if (!response.ok) {
        await response.body?.cancel();
        throw new TeamsFileError('file.not-given');
      }
      return await readBody(response);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof TeamsFileError
        ? error
        : new TeamsFileError('file.unreachable', { cause: error });
    }
  };
}

/** Puts a file where Teams said after the person's consent, in one piece; redirects are not followed. */
export function createFileUpload(
  deps: FileFetchDeps,
): (address: string, bytes: Uint8Array, signal: AbortSignal) => Promise<void> {
  const { timeLimitMs = TIME_LIMIT_MS } = deps;
  return async (address, bytes, signal) => {
    const url = URL.parse(address);
    // What is in the file is for the tenant alone, whatever the message says.
    if (url === null || !isTenantFile(url, deps, await deps.ownDomains(signal))) {
      throw new TeamsFileError('file.foreign-host');
    }
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
    const range = `bytes 0-${bytes.byteLength - 1}/${bytes.byteLength}`;
    const response = await fetch(url, {
      method: 'PUT',
      redirect: 'manual',
      headers: { 'content-type': 'application/octet-stream', 'content-range': range },
      body: Buffer.from(bytes),
      signal: within,
    }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new TeamsFileError('file.unreachable', { cause });
    });
    await response.body?.cancel();
    if (!response.ok) {
      throw new TeamsFileError('file.not-taken');
    }
  };
}
