// Tests in a real VS Code: `node run.mjs --program DATAWAY --browser CHROMIUM --folder FOLDER [--only suite|browser|strangers]`.
// Everything is written into FOLDER. Prints a line a test; ends with 1 if one failed or anything took too long.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Editor, sleep } from "./editor.mjs";
import { tour, untrusted, withoutProgram } from "./tour.mjs";

const extension = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Longest time for the whole suite, in milliseconds. */
const SUITE_LIMIT = 600_000;

const { values } = parseArgs({ options: { program: { type: "string" }, browser: { type: "string" }, folder: { type: "string" }, only: { type: "string" } } });
const folder = resolve(values.folder);
const program = resolve(values.program);
rmSync(folder, { recursive: true, force: true });
const pictures = join(folder, "screenshots");
mkdirSync(pictures, { recursive: true });

let failed = 0;
for (const [name, part] of Object.entries({ suite, browser, strangers })) {
    if (values.only === undefined || values.only === name) {
        let wrong = await run(name, part);
        // Clicks and keys reach a browser on a busy machine too late now and then: what is wrong is so a second time.
        if (wrong > 0 && part !== suite) {
            console.log(`${name}: once more, from the beginning`);
            wrong = await run(name, part);
        }
        failed += wrong;
    }
}
process.exit(failed === 0 ? 0 : 1);

/** Runs a part in folders of its own, tells its tests, and gives the number of those that failed. */
async function run(name, part) {
    for (const own of [name, "lost"]) {
        rmSync(join(folder, own), { recursive: true, force: true });
    }
    const start = Date.now();
    const told = await part().catch((error) => [{ title: `the ${name} cannot run`, milliseconds: 0, error: String(error.stack ?? error) }]);
    for (const test of told) {
        console.log(`${test.error === undefined ? "ok" : "FAILED"} ${test.title} (${test.milliseconds} ms)`);
        if (test.error !== undefined) {
            console.log(test.error.replace(/^/gm, "    "));
        }
    }
    const wrong = told.filter((test) => test.error !== undefined).length;
    console.log(`${name}: ${told.length} tests in ${Math.round((Date.now() - start) / 1000)} s, ${wrong} failed`);
    return wrong;
}

/** A workspace of its own for each part: an edit in one is not seen by another. */
function workspace(name) {
    const place = join(folder, name, "workspace");
    cpSync(join(extension, "test/workspace"), place, { recursive: true });
    return place;
}

function start(name, trusted, settings, environment = {}) {
    return Editor.start({ folder: join(folder, name), browser: values.browser, trusted, settings, environment });
}

/** What a person sees. */
async function browser() {
    const place = workspace("browser");
    const editor = await start("browser", true, { "dataway.server.path": program });
    try {
        return await tour(editor, { extension, workspace: place, pictures });
    } finally {
        await editor.stop();
    }
}

/** Workspaces where the language server must not or cannot run. */
async function strangers() {
    const place = workspace("strangers");
    const wary = await start("strangers", false, { "dataway.server.path": program });
    let told;
    try {
        told = await untrusted(wary, { extension, workspace: place, pictures });
    } finally {
        await wary.stop();
    }
    const lost = await start("lost", true, { "dataway.server.path": "/nowhere/dataway" });
    try {
        return [...told, ...(await withoutProgram(lost, { extension, workspace: place, pictures }))];
    } finally {
        await lost.stop();
    }
}

/** The tests inside the extension host. */
async function suite() {
    const report = join(folder, "report.json");
    const place = workspace("suite");
    const settings = { "dataway.server.path": program, "dataway.server.log": join(folder, "dataway.log") };
    const editor = await start("suite", true, settings, { DATAWAY_REPORT: report });
    try {
        const page = await editor.open(place, {
            extensionDevelopmentPath: extension,
            extensionTestsPath: join(extension, "test/out/suite.js"),
        });
        const until = Date.now() + SUITE_LIMIT;
        let told = { ended: false, tests: [] };
        while (!told.ended && Date.now() < until) {
            await new Promise((done) => setTimeout(done, 200));
            told = existsSync(report) ? read(report, told) : told;
        }
        if (told.ended && told.error === undefined) {
            return told.tests;
        }
        await Promise.race([page.screenshot({ path: join(pictures, "stuck.png") }).catch(() => undefined), sleep(10_000)]);
        const error = told.error ?? `${SUITE_LIMIT / 1000} s have passed`;
        return [...told.tests, { title: "the suite comes to its end", milliseconds: 0, error }];
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
