/**
 * The suite that runs inside VS Code's extension host, against the real `vscode` interface and the real language server.
 * `run` is what VS Code calls; its report goes to the file that `DATAWAY_REPORT` names.
 */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

import * as setup from "./support";
import { flows } from "./flows";
import { live } from "./live";
import { parts } from "./parts";
import { scripts } from "./scripts";

/** One test as it went. */
interface Told {
    readonly title: string;
    readonly milliseconds: number;
    readonly error?: string;
}

export async function run(): Promise<void> {
    const report = process.env["DATAWAY_REPORT"];
    if (report === undefined) {
        throw new Error("DATAWAY_REPORT must name a file");
    }
    const told: Told[] = [];
    const write = (ended: boolean, error?: string): void => writeFileSync(report, JSON.stringify({ ended, error, tests: told }));
    try {
        const mocha = new Mocha({ ui: "bdd", timeout: 60_000, reporter: Mocha.reporters.Base });
        mocha.suite.emit("pre-require", globalThis, "", mocha);
        await setup.start();
        for (const register of [scripts, flows, live, parts]) {
            register();
        }
        await new Promise<void>((resolve) => {
            const runner = mocha.run(() => resolve());
            const tell = (test: Mocha.Test, error?: Error): void => {
                told.push({ title: test.fullTitle(), milliseconds: test.duration ?? 0, ...(error === undefined ? {} : { error: error.stack ?? String(error) }) });
                write(false);
            };
            runner.on("pass", (test) => tell(test));
            runner.on("fail", (test, error: Error) => tell(test, error));
        });
        write(true);
    } catch (error) {
        write(true, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
}
