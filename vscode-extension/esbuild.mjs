// Bundles the extension into one file, so that the package needs no node_modules; with `--suite` the tests that run inside
// the editor.
import { build, context } from "esbuild";

const production = process.argv.includes("--production");
const suite = process.argv.includes("--suite");
const options = {
    entryPoints: suite ? { suite: "test/suite/index.ts" } : { extension: "src/extension.ts" },
    outdir: suite ? "test/out" : "dist",
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: suite ? ["vscode", "mocha"] : ["vscode"],
    minify: production,
    sourcemap: !production,
    logLevel: "info",
};

if (process.argv.includes("--watch")) {
    await (await context(options)).watch();
} else {
    await build(options);
}
