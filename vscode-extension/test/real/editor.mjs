// A VS Code of one's own: the server that code-server bundles, and Chromium to look at it. Everything it writes is in one
// folder, and everything it starts ends with `stop`.
import { spawn } from "node:child_process";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const vscode = join(here, "node_modules/code-server/lib/vscode");

/** Longest wait for the server and for a page, in milliseconds. */
const START_LIMIT = 60_000;

/** Settings of every window: nothing moves, nothing is asked, nothing is fetched. */
const SETTINGS = {
    "editor.cursorBlinking": "solid",
    "editor.minimap.enabled": false,
    "extensions.autoCheckUpdates": false,
    "extensions.autoUpdate": "off",
    "files.autoSave": "off",
    "git.enabled": false,
    "npm.autoDetect": "off",
    "security.workspace.trust.startupPrompt": "never",
    "telemetry.telemetryLevel": "off",
    "typescript.disableAutomaticTypeAcquisition": true,
    "window.commandCenter": false,
    "workbench.colorTheme": "Light Modern",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": false,
    "workbench.welcomePage.walkthroughs.openOnInstall": false,
    "chat.disableAIFeatures": true,
};

export class Editor {
    /**
     * @param {{ folder: string, browser: string, trusted: boolean, environment: Record<string, string>, settings?: object }} options
     * `folder` is written to; `browser` is the program of Chromium; every folder is trusted, or none is until somebody says so;
     * `environment` is added to that of the server, and so of the extension; `settings` of the machine, such as where the
     * `dataway` program is.
     */
    static async start(options) {
        const data = join(options.folder, "editor");
        mkdirSync(options.folder, { recursive: true });
        mkdirSync(join(data, "data/Machine"), { recursive: true });
        writeFileSync(join(data, "data/Machine/settings.json"), JSON.stringify({ ...SETTINGS, ...options.settings }));
        const port = await freePort();
        const log = openSync(join(options.folder, "server.log"), "w");
        const words = [
            join(vscode, "out/server-main.js"), "--host", "127.0.0.1", "--port", String(port), "--without-connection-token",
            "--accept-server-license-terms", "--enable-smoke-test-driver", "--telemetry-level", "off", "--server-data-dir", data,
            ...(options.trusted ? ["--disable-workspace-trust"] : []),
        ];
        const server = spawn(process.execPath, words, {
            cwd: options.folder,
            env: { ...process.env, HOME: options.folder, EXTENSIONS_GALLERY: "{}", ...options.environment },
            stdio: ["ignore", log, log],
        });
        try {
            await answers(server, port);
            const browser = await chromium.launch({
                executablePath: options.browser,
                timeout: START_LIMIT,
                args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
            return new Editor(server, browser, port);
        } catch (error) {
            server.kill("SIGKILL");
            throw error;
        }
    }

    constructor(server, browser, port) {
        this.server = server;
        this.browser = browser;
        this.port = port;
    }

    /**
     * A window on a folder.
     * @param {string} folder
     * @param {Record<string, string>} payload what the command line of a desktop VS Code would say: `extensionDevelopmentPath`,
     * `extensionTestsPath`
     */
    async open(folder, payload) {
        const context = await this.browser.newContext({ viewport: { width: 1120, height: 520 }, deviceScaleFactor: 1 });
        const page = await context.newPage();
        page.setDefaultTimeout(START_LIMIT);
        // Nothing outside this machine is asked for anything.
        await context.route((url) => url.hostname !== "127.0.0.1", (route) => route.abort());
        const pairs = Object.entries(payload).map(([name, path]) => [name, `vscode-remote://127.0.0.1:${this.port}${path}`]);
        const query = new URLSearchParams({ folder, payload: JSON.stringify([["skipWelcome", "true"], ["skipReleaseNotes", "true"], ...pairs]) });
        await page.goto(`http://127.0.0.1:${this.port}/?${query}`);
        return page;
    }

    async stop() {
        await Promise.race([this.browser.close(), sleep(5_000)]);
        this.server.kill("SIGTERM");
        await Promise.race([new Promise((resolve) => this.server.once("exit", resolve)), sleep(5_000)]);
        this.server.kill("SIGKILL");
    }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

function freePort() {
    return new Promise((resolve, reject) => {
        const probe = createServer();
        probe.on("error", reject);
        probe.listen(0, "127.0.0.1", () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

async function answers(server, port) {
    const until = Date.now() + START_LIMIT;
    while (Date.now() < until) {
        if (server.exitCode !== null) {
            throw new Error(`the editor's server ended with ${server.exitCode}`);
        }
        const found = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined);
        if (found?.ok) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the editor's server does not answer");
}
