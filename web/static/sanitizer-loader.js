// Starts the sanitiser in its worker.
import init from "asset:sanitizer.js";

await init({ module_or_path: new URL("asset:sanitizer_bg.wasm", import.meta.url) });
