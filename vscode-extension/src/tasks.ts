/** Tasks: `dataway check` and `dataway test` for each app of the workspace. */
import * as vscode from "vscode";

import type { Server } from "./server";

interface Definition extends vscode.TaskDefinition {
    readonly command: "check" | "test" | "run" | "fmt";
    readonly path?: string;
    readonly args?: readonly string[];
}

export function registerTasks(server: Server): vscode.Disposable {
    return vscode.tasks.registerTaskProvider("dataway", {
        async provideTasks(): Promise<vscode.Task[]> {
            const apps = await vscode.workspace.findFiles("**/app.yaml", "**/node_modules/**", 200);
            return apps.flatMap((app) => {
                const folder = vscode.workspace.getWorkspaceFolder(app);
                const path = vscode.workspace.asRelativePath(vscode.Uri.joinPath(app, ".."), false);
                return (["check", "test"] as const).flatMap((command) => {
                    const made = task(server, { type: "dataway", command, path }, folder);
                    return made === undefined ? [] : [made];
                });
            });
        },
        resolveTask(known: vscode.Task): vscode.Task | undefined {
            const folder = typeof known.scope === "object" ? known.scope : undefined;
            return task(server, known.definition as Definition, folder);
        },
    });
}

function task(server: Server, definition: Definition, folder: vscode.WorkspaceFolder | undefined): vscode.Task | undefined {
    if (server.program === undefined) {
        return undefined;
    }
    const words = [definition.command, ...(definition.path === undefined ? [] : [definition.path]), ...(definition.args ?? [])];
    const made = new vscode.Task(
        definition,
        folder ?? vscode.TaskScope.Workspace,
        words.slice(0, 2).join(" "),
        "dataway",
        new vscode.ProcessExecution(server.program, words, folder === undefined ? {} : { cwd: folder.uri.fsPath }),
        definition.command === "check" ? ["$dataway"] : [],
    );
    made.group = definition.command === "test" ? vscode.TaskGroup.Test : vscode.TaskGroup.Build;
    return made;
}
