// Keeps one version of the page on this device, so that it opens without a network. The page registers it where mail is
// kept, and nowhere else. A version is kept whole or not at all; another one waits until the user, or the last tab, lets it.
const VERSION = "{{version}}";
const ROOT = new URL("./", location).href;
const OURS = `restante ${ROOT} `;
const CACHE = OURS + VERSION;
const SUMS = "SHA256SUMS";
const SITE = "restante.json";
const POLICY = "Content-Security-Policy";

let filled = Promise.resolve();

addEventListener("install", (event) => event.waitUntil((filled = fill())));

addEventListener("activate", (event) => event.waitUntil(
  drop((name) => name !== CACHE).then(() => clients.claim()),
));

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { href } = new URL(url.split(/[?#]/)[0]);
  if (method !== "GET" || !href.startsWith(ROOT) || href === `${ROOT}tunnel`) return;
  const name = href.slice(ROOT.length) || "index.html";
  event.respondWith(name === SITE ? site(event.request) : page(name, event));
});

addEventListener("message", (event) => {
  if (event.data === "update") event.waitUntil(skipWaiting());
  if (event.data === "keep") event.waitUntil(mend());
  if (event.data === "forget") event.waitUntil(forget());
});

/** A file of this version. What is not kept, or no longer, comes from the host. */
async function page(name, event) {
  const answer = await kept(name);
  if (answer && name === "index.html") event.waitUntil(refresh(answer.headers.get(POLICY)));
  return answer ?? fetch(event.request);
}

/** The host's settings as they are now; without a network as they were. */
async function site(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && (await caches.has(CACHE))) await (await caches.open(CACHE)).put(ROOT + SITE, answer.clone());
    return answer;
  } catch (unreachable) {
    return (await kept(SITE)) ?? Promise.reject(unreachable);
  }
}

const kept = (name) => caches.match(ROOT + name, { cacheName: CACHE });

/** Where the page may connect to is said in a header, which its host may change without another version. */
async function refresh(policy) {
  const answer = await fetch(ROOT, { cache: "no-cache" }).catch(() => null);
  if (answer?.ok && answer.headers.get(POLICY) !== policy && (await caches.has(CACHE))) await fill("reload").catch(() => {});
}

/** Fetches every file of this version, and keeps them once each has the hash that it is listed with. */
async function fill(mode) {
  const list = await got(SUMS, "no-cache");
  const text = await list.clone().text();
  // No file can hold its own hash: in the list that the version is the hash of, this one stands as it was before.
  const listed = text.replace(/^[0-9a-f]{64}(?=  service-worker\.js$)/m, "{{template}}");
  if ((await sha256(new TextEncoder().encode(listed))) !== VERSION) throw new Error("The host serves another version.");
  const files = await Promise.all(text.trimEnd().split("\n").map(async (line) => {
    const [hash, name] = line.split("  ");
    const file = await got(name, mode ?? (name.startsWith("assets/") ? "default" : "no-cache"));
    if ((await sha256(await file.clone().arrayBuffer())) !== hash) throw new Error(`${name} is not as listed.`);
    return [name, file];
  }));
  files.push([SUMS, list]);
  await got(SITE, "no-cache").then((settings) => files.push([SITE, settings]), () => {});
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(files.map(([name, file]) => cache.put(ROOT + name, file)));
  } catch (full) {
    if (!mode) await caches.delete(CACHE);
    throw full;
  }
}

/** A file of the host, with its headers, as it is kept: whole, unpacked, from the address that it was asked for. */
async function got(name, cache) {
  const answer = await fetch(name === "index.html" ? ROOT : ROOT + name, { cache });
  if (!answer.ok) throw new Error(`${name}: status ${answer.status}`);
  const headers = new Headers(answer.headers);
  for (const unpacked of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(unpacked);
  return new Response(await answer.arrayBuffer(), { headers });
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Fills the cache again where it is gone: a browser may take up a registration that was ended, as it was. */
async function mend() {
  if (!(await caches.has(CACHE))) await fill();
}

/** Leaves nothing behind. A filling that is under way is waited for. */
async function forget() {
  await registration.unregister();
  await filled.catch(() => {});
  await drop(() => true);
}

/** Deletes those of our caches that are `unwanted`. */
async function drop(unwanted) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && unwanted(name)).map((name) => caches.delete(name)));
}
