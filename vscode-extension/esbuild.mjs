// Bundles the extension into one file, so that the package needs no node_modules.
import { build, context } from "esbuild";

const production = process.argv.includes("--production");
const options = {
    entryPoints: { extension: "src/extension.ts" },
    outdir: "dist",
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["vscode"],
    minify: production,
    sourcemap: !production,
    logLevel: "info",
};

if (process.argv.includes("--watch")) {
    await (await context(options)).watch();
} else {
    await build(options);
}
