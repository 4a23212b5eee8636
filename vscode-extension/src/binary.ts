/** Finds the `dataway` program: the setting, the `PATH`, a build inside the workspace; in this order. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import * as path from "node:path";

const NAME = process.platform === "win32" ? "dataway.exe" : "dataway";

/** A program that was found, or the reason why none was. */
export type Found = { readonly program: string } | { readonly missing: string };

/**
 * @param setting the value of `dataway.server.path`, empty if unset
 * @param folders file system paths of the workspace folders
 * @param searchPath the value of `PATH`
 */
export async function findBinary(setting: string, folders: readonly string[], searchPath: string): Promise<Found> {
    if (setting !== "") {
        const program = path.isAbsolute(setting) ? setting : path.resolve(folders[0] ?? ".", setting);
        return (await isProgram(program))
            ? { program }
            : { missing: `the setting dataway.server.path names ${program}, which is not a program` };
    }
    const candidates = [
        ...searchPath.split(path.delimiter).filter((folder) => folder !== "").map((folder) => path.join(folder, NAME)),
        ...folders.flatMap((folder) => ["release", "debug"].map((profile) => path.join(folder, "target", profile, NAME))),
    ];
    for (const program of candidates) {
        if (await isProgram(program)) {
            return { program };
        }
    }
    return { missing: "the dataway program is neither on the PATH nor built in this workspace" };
}

async function isProgram(file: string): Promise<boolean> {
    try {
        await access(file, constants.X_OK);
        return (await stat(file)).isFile();
    } catch {
        return false;
    }
}
