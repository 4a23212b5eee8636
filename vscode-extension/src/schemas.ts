/**
 * Gives the YAML extension, where it is installed, the JSON Schemas of app files. The schemas are the ones that the
 * program itself prints, so that both always agree.
 */
import { execFile } from "node:child_process";
import * as vscode from "vscode";

import type { Server } from "./server";

const SCHEME = "dataway-schema";
const KINDS = ["app", "flows", "tests"] as const;
type Kind = (typeof KINDS)[number];

/** The part of the YAML extension's interface that is used here. */
interface YamlApi {
    registerContributor(
        scheme: string,
        requestSchema: (resource: string) => string | undefined,
        requestSchemaContent: (uri: string) => Promise<string> | string,
    ): boolean;
}

export async function registerSchemas(server: Server, output: vscode.LogOutputChannel): Promise<void> {
    const yaml = vscode.extensions.getExtension<YamlApi>("redhat.vscode-yaml");
    if (yaml === undefined) {
        return;
    }
    const api = await yaml.activate();
    const roots = new AppRoots();
    await roots.refresh();
    const watcher = vscode.workspace.createFileSystemWatcher("**/app.yaml");
    watcher.onDidCreate(() => roots.refresh());
    watcher.onDidDelete(() => roots.refresh());
    api.registerContributor(
        SCHEME,
        (resource) => {
            const kind = roots.kindOf(vscode.Uri.parse(resource).path);
            return kind === undefined ? undefined : `${SCHEME}://schema/${kind}`;
        },
        async (uri) => {
            const kind = KINDS.find((name) => uri.endsWith(`/${name}`));
            if (kind === undefined || server.program === undefined) {
                return "{}";
            }
            return printed(server.program, kind).catch((error: unknown) => {
                output.warn(`no schema for ${kind} files: ${String(error)}`);
                return "{}";
            });
        },
    );
}

/** Folders with an `app.yaml`, and what a file inside one is. */
class AppRoots {
    private roots: string[] = [];

    async refresh(): Promise<void> {
        const files = await vscode.workspace.findFiles("**/app.yaml", "**/node_modules/**", 1000);
        this.roots = files.map((file) => file.path.slice(0, -"app.yaml".length));
    }

    kindOf(path: string): Kind | undefined {
        for (const root of this.roots) {
            if (path === `${root}app.yaml`) {
                return "app";
            }
            if (path.startsWith(root) && path.endsWith(".yaml")) {
                const folder = path.slice(root.length).split("/")[0];
                if (folder === "flows" || folder === "tests") {
                    return folder;
                }
            }
        }
        return undefined;
    }
}

function printed(program: string, kind: Kind): Promise<string> {
    return new Promise((resolve, reject) => {
        execFile(program, ["schema", kind], { timeout: 10_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) =>
            error === null ? resolve(stdout) : reject(error),
        );
    });
}
