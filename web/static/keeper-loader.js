// Starts the engine that keeps mail in its worker. The page hears of errors and not of rejected promises, so one becomes the other.
import init from "asset:keeper.js";

addEventListener("unhandledrejection", (event) => reportError(event.reason));

await init({ module_or_path: new URL("asset:keeper_bg.wasm", import.meta.url) });
