// The first script: one Trusted Types policy, which lets our workers through and nothing else; then the app.
import init from "asset:app.js";

// What was chosen where mail is kept ("dark compact system 125"), before anything is drawn. A browser without storage has no choice.
try {
  const [theme, density, contrast = "system", zoom = "100"] = (localStorage.getItem("restante-looks") ?? "").split(" ");
  if (density) Object.assign(document.documentElement.dataset, { theme, density, contrast, zoom });
} catch {}

const workers = new Set(
  ["restante-worker", "restante-keeper", "restante-sanitizer", "restante-service-worker"].map(
    (name) => new URL(document.querySelector(`meta[name="${name}"]`).content, document.baseURI).href,
  ),
);

window.trustedTypes?.createPolicy("default", {
  createScriptURL: (url) => (workers.has(new URL(url, document.baseURI).href) ? url : null),
});

await init({ module_or_path: new URL("asset:app_bg.wasm", import.meta.url) });
