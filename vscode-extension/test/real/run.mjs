// Runs the suite inside VS Code: `node run.mjs --program DATAWAY --browser CHROMIUM --folder FOLDER`. Everything is written
// into FOLDER. Prints a line a test; ends with 1 if one failed or anything took too long.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Editor, sleep } from "./editor.mjs";

const extension = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Longest time for the whole suite, in milliseconds. */
const SUITE_LIMIT = 270_000;

const { values } = parseArgs({ options: { program: { type: "string" }, browser: { type: "string" }, folder: { type: "string" } } });
const folder = resolve(values.folder);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
cpSync(join(extension, "test/workspace"), join(folder, "workspace"), { recursive: true });

const failures = await suite();
process.exit(failures === 0 ? 0 : 1);

/** The tests inside the extension host; gives the number of failures. */
async function suite() {
    const report = join(folder, "report.json");
    const editor = await Editor.start({
        folder: join(folder, "suite"),
        browser: values.browser,
        trusted: true,
        environment: { DATAWAY_REPORT: report },
        settings: { "dataway.server.path": resolve(values.program), "dataway.server.log": join(folder, "dataway.log") },
    });
    try {
        const page = await editor.open(join(folder, "workspace"), {
            extensionDevelopmentPath: extension,
            extensionTestsPath: join(extension, "test/out/suite.js"),
        });
        const until = Date.now() + SUITE_LIMIT;
        let told = { ended: false, tests: [] };
        while (!told.ended && Date.now() < until) {
            await new Promise((done) => setTimeout(done, 200));
            told = existsSync(report) ? read(report, told) : told;
        }
        for (const test of told.tests) {
            console.log(`${test.error === undefined ? "ok" : "FAILED"} ${test.title} (${test.milliseconds} ms)`);
            if (test.error !== undefined) {
                console.log(test.error.replace(/^/gm, "    "));
            }
        }
        const failed = told.tests.filter((test) => test.error !== undefined).length;
        if (!told.ended || told.error !== undefined) {
            console.log(`FAILED the suite did not end: ${told.error ?? `${SUITE_LIMIT / 1000} s have passed`}`);
            await Promise.race([page.screenshot({ path: join(folder, "stuck.png") }).catch(() => undefined), sleep(10_000)]);
            return failed + 1;
        }
        console.log(`${told.tests.length} tests in VS Code, ${failed} failed`);
        return failed;
    } finally {
        await editor.stop();
    }
}

/** The report; what was read before if it is being written at this moment. */
function read(path, before) {
    try {
        return JSON.parse(readFileSync(path, "utf8"));
    } catch {
        return before;
    }
}
