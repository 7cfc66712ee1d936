// Starts the sanitiser in its worker. The page hears of errors and not of rejected promises, so one becomes the other.
import init from "asset:sanitizer.js";

addEventListener("unhandledrejection", (event) => reportError(event.reason));

await init({ module_or_path: new URL("asset:sanitizer_bg.wasm", import.meta.url) });
