// Starts the engine in its worker.
import init from "asset:worker.js";

await init({ module_or_path: new URL("asset:worker_bg.wasm", import.meta.url) });
