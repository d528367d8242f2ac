/**
 * The compiled JavaScript beside a module: what a worker thread or a jailed process is started from.
 *
 * Tests run TypeScript in place while threads and jails load files themselves, so a path below `src/` is led
 * to its twin below `dist/`, which `npm test` builds first.
 *
 * @param moduleUrl `import.meta.url` of the caller
 * @param relative path of the compiled file relative to the caller, for example `./sort.worker.js`
 */
export function compiled(moduleUrl: string, relative: string): URL {
  const url = new URL(relative, moduleUrl);
  if (moduleUrl.endsWith('.ts')) url.pathname = url.pathname.replace('/src/', '/dist/');
  return url;
}
