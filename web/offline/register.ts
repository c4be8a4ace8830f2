// Keeps the page for when there is no network, where the browser allows it (https or this machine), and
// tells when another build of it is ready.

import { signal } from "@preact/signals";

/** Set by the build; the development server leaves nothing behind in the browser. */
declare const VIPD_PAGE_BUILT: boolean;

/** How often an open page asks for another build, milliseconds. */
const ASK_MS = 3_600_000;

/** Another build is there and waits for `loadNewBuild()`. */
export const hasNewBuild = signal(false);

let waiting: ServiceWorker | null = null;

/** Registers the service worker; once a page. The page works without: a refusal is only logged. */
export async function keepOffline(): Promise<void> {
  if (!VIPD_PAGE_BUILT || !("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(
      new URL("service_worker.js", document.baseURI),
    );
    watch(registration);
    setInterval(() => void ask(registration), ASK_MS);
  } catch (thrown) {
    console.info("the page is not kept for when there is no network:", thrown);
  }
}

function watch(registration: ServiceWorkerRegistration): void {
  const offer = (worker: ServiceWorker | null) => {
    // The first one of all replaces nobody.
    if (worker === null || registration.active === null) return;
    waiting = worker;
    hasNewBuild.value = true;
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") offer(installing);
    });
  });
}

async function ask(registration: ServiceWorkerRegistration): Promise<void> {
  try {
    await registration.update();
  } catch {
    // No network: the build that is there goes on.
  }
}

/** Loads the page anew, of the build that waits. */
export function loadNewBuild(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  waiting?.postMessage("activate");
}
