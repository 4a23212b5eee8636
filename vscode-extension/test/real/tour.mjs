// What a person sees: files opened, typed in and run in the browser, with screenshots. Every stop of the tour fails by itself.
import { join } from "node:path";

/** Longest wait for something to appear, in milliseconds. */
const PATIENCE = 60_000;

/** Longest wait for the whole window with all its parts, in milliseconds. */
const START = 120_000;

/** The extension's own item in the status bar; VS Code's item with the name of the language is another one. */
const STATUS = '.statusbar-item[id*="dataway.status"]';

/**
 * @param {import("./editor.mjs").Editor} editor a trusted one
 * @param {{ extension: string, workspace: string, pictures: string }} places `pictures` is the folder of the screenshots
 * @returns {Promise<{ title: string, milliseconds: number, error?: string }[]>}
 */
export async function tour(editor, places) {
    const page = await editor.open(places.workspace, { extensionDevelopmentPath: places.extension });
    page.setDefaultTimeout(PATIENCE);
    const row = (name) => page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first();
    const picture = (name) => page.screenshot({ path: join(places.pictures, `${name}.png`) });
    const told = [];
    const stop = async (title, work) => {
        const start = Date.now();
        try {
            await work();
            told.push({ title, milliseconds: Date.now() - start });
        } catch (error) {
            await picture(`failed-${told.length}`).catch(() => undefined);
            told.push({ title, milliseconds: Date.now() - start, error: String(error.stack ?? error) });
            // What was typed must not spoil the stops that follow.
            await page.keyboard.press("Escape");
            await undo(page).catch(() => undefined);
        }
    };

    await stop("the browser shows a script with its colours", async () => {
        await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: START });
        // The explorer is drawn anew while the window fills; a click that came too early is repeated.
        while (!(await row("invoice.dw").isVisible())) {
            if ((await row("scripts").getAttribute("aria-expanded")) === "false") {
                await row("scripts").click();
            }
            await row("invoice.dw").waitFor({ timeout: 3000 }).catch(() => undefined);
        }
        await row("invoice.dw").dblclick();
        await shown(page, "invoice.dw");
        await page.locator(".view-line span", { hasText: "def" }).first().waitFor();
        await page.locator(STATUS).first().waitFor();
        // Opened before VS Code had read what the extension contributes, a file has no buttons yet: it is opened anew.
        await row("README.md").dblclick();
        await shown(page, "README.md");
        await row("invoice.dw").dblclick();
        await shown(page, "invoice.dw");
        await page.locator('.editor-actions [aria-label^="Open Result Beside"]').first().waitFor();
    });
    await stop("the browser shows live values at the ends of the lines", async () => {
        await page.getByText("→ 4.5 × 2").first().waitFor();
        await picture("live-values");
    });
    await stop("the browser completes keys of the payload", async () => {
        await line(page, "return {");
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("End");
        await page.keyboard.press("Enter");
        await page.keyboard.press("Home");
        await page.keyboard.type("    total = msg.payload['", { delay: 20 });
        const offered = page.locator(".suggest-widget .monaco-list-row");
        await offered.filter({ hasText: "entries" }).first().waitFor();
        await offered.filter({ hasText: "number" }).first().waitFor();
        await picture("completion");
        await page.keyboard.press("Escape");
        await undo(page);
    });
    await stop("the browser underlines a mistake and explains it", async () => {
        await line(page, "= entry['net']");
        await page.keyboard.press("End");
        await page.keyboard.type("\nnett * 2", { delay: 20 });
        await page.locator(".squiggly-error").first().waitFor({ state: "attached" });
        const message = page.locator(".monaco-hover-content", { hasText: "DW1001" }).first();
        // The mark is drawn anew whenever the server has something to say; a pointer that came too early is moved again.
        for (let attempt = 0; attempt < 10 && !(await message.isVisible()); attempt += 1) {
            const box = await page.locator(".squiggly-error").first().boundingBox({ timeout: 1000 }).catch(() => null);
            await page.mouse.move(5, 5);
            if (box !== null) {
                await page.mouse.move(box.x + 6, box.y + box.height / 2, { steps: 3 });
            }
            await message.waitFor({ timeout: 3000 }).catch(() => undefined);
        }
        await message.waitFor({ timeout: 1000 });
        await page.getByText("Loading...").first().waitFor({ state: "hidden" });
        await picture("squiggle");
        await page.keyboard.press("Escape");
        await undo(page);
    });
    await stop("the browser shows the result beside the script", async () => {
        await command(page, "Dataway: Open Result Beside");
        const frame = await panel(page);
        await frame.getByText("Stamps").first().waitFor();
        await page.locator(".notification-toast").first().waitFor({ state: "hidden", timeout: 1000 }).catch(() => undefined);
        await picture("result-panel");
    });
    await stop("the result follows the script as one types", async () => {
        await page.locator(".tab", { hasText: "invoice.dw" }).first().click();
        await line(page, "= entry['net']");
        await page.keyboard.press("End");
        await page.keyboard.type(" * 100", { delay: 20 });
        const frame = await panel(page);
        await frame.getByText("535.5").first().waitFor();
        await undo(page);
    });
    await stop("a table of rows is shown as a table", async () => {
        await row("rows.dw").dblclick();
        await shown(page, "rows.dw");
        await command(page, "Dataway: Open Result Beside");
        const frame = await panel(page);
        await frame.locator("td", { hasText: "Alan" }).first().waitFor();
        await picture("result-table");
    });
    await page.context().close();
    return told;
}

/** What is seen in a workspace that nobody trusts yet: colours, and nothing runs. */
export async function untrusted(editor, places) {
    const page = await script(editor, places);
    const start = Date.now();
    const title = "a workspace that is not trusted has colours and runs nothing";
    try {
        await shown(page, "invoice.dw", START);
        await page.getByText("Restricted Mode").first().waitFor();
        // Words of several colours: the grammar needs no program.
        await page.waitForFunction(() => new Set([...document.querySelectorAll(".view-line span span")].map((one) => one.className)).size > 3);
        // The extension has had its time to start by now: its status item would be there.
        await page.waitForTimeout(3000);
        const items = await page.locator(STATUS).count();
        if (items > 0) {
            throw new Error("the extension started in an untrusted workspace");
        }
        return [{ title, milliseconds: Date.now() - start }];
    } catch (error) {
        await page.screenshot({ path: join(places.pictures, "failed-untrusted.png") }).catch(() => undefined);
        return [{ title, milliseconds: Date.now() - start, error: String(error.stack ?? error) }];
    } finally {
        await page.context().close();
    }
}

/** What is seen where the program is missing: what to do about it. */
export async function withoutProgram(editor, places) {
    const page = await script(editor, places);
    const start = Date.now();
    const title = "a missing program is explained";
    try {
        await shown(page, "invoice.dw", START);
        await page.locator(STATUS).first().waitFor();
        // A message that nobody has read is kept in the list of notifications.
        await command(page, "Notifications: Show Notifications");
        const message = page.locator(".notifications-center .notification-list-item", { hasText: "dataway.server.path names" }).first();
        await message.waitFor();
        await page.locator(".notifications-center").getByText("Set Path").first().waitFor();
        return [{ title, milliseconds: Date.now() - start }];
    } catch (error) {
        await page.screenshot({ path: join(places.pictures, "failed-missing.png") }).catch(() => undefined);
        return [{ title, milliseconds: Date.now() - start, error: String(error.stack ?? error) }];
    } finally {
        await page.context().close();
    }
}

/** A window with a script. */
async function script(editor, places) {
    const page = await editor.open(places.workspace, { extensionDevelopmentPath: places.extension, openFile: join(places.workspace, "scripts/invoice.dw") });
    page.setDefaultTimeout(PATIENCE);
    return page;
}

/** Waits until a file is shown. */
async function shown(page, name, timeout = PATIENCE) {
    await page.locator(".tab.active", { hasText: name }).first().waitFor({ timeout });
    await page.locator(".editor-instance .view-line").first().waitFor({ timeout });
}

/** Runs a command of the palette. */
async function command(page, title) {
    await page.keyboard.press("F1");
    const box = page.locator(".quick-input-widget input").first();
    await box.waitFor();
    await box.fill(`>${title}`);
    await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
    await page.keyboard.press("Enter");
}

/**
 * Puts the cursor at the beginning of a line that contains a text. Not by the `click` of a locator: where something covers
 * the line for a moment, such as the help at the pointer, that scrolls what is around the line, of which the editor knows
 * nothing, and which it never takes back: the beginnings of the lines are out of sight from then on.
 */
async function line(page, text) {
    const wanted = page.locator(".view-line", { hasText: text }).first();
    await wanted.waitFor();
    const until = Date.now() + PATIENCE;
    while (Date.now() < until) {
        const box = await wanted.boundingBox();
        if (box !== null) {
            await page.mouse.click(box.x + 2, box.y + box.height / 2);
            await page.keyboard.press("Home");
            const cursor = await page.locator(".editor-instance .cursors-layer .cursor").first().boundingBox();
            const now = await wanted.boundingBox();
            if (cursor !== null && now !== null && Math.abs(cursor.y - now.y) < now.height / 2) {
                return;
            }
        }
        await page.keyboard.press("Escape");
        await page.waitForTimeout(100);
    }
    throw new Error(`the cursor does not get to the line with ${text}`);
}

/** Takes back everything that was typed since the file was read. */
async function undo(page) {
    await command(page, "File: Revert File");
    await page.locator(".tab.dirty").first().waitFor({ state: "detached" });
}

/** The page of the result panel. */
async function panel(page) {
    const until = Date.now() + PATIENCE;
    while (Date.now() < until) {
        for (const frame of page.frames()) {
            if ((await frame.locator("#tabs").count().catch(() => 0)) > 0) {
                return frame;
            }
        }
        await page.waitForTimeout(100);
    }
    throw new Error("the result panel does not appear");
}
