// Hands what a provider says after somebody has signed in to the page that opened this window, and closes it. The page may have
// no handle of a window that was elsewhere, so this goes by a channel of their common origin.
const parameters = location.search.slice(1);
history.replaceState(null, "", location.pathname);
if (parameters) {
  new BroadcastChannel("restante-oauth").postMessage(parameters);
  // Time for the message to leave.
  setTimeout(() => window.close(), 100);
}
