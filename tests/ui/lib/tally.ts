import type { Reporter, Suite } from "@playwright/test/reporter";

/** The last line of the output: `N passed, M failed`. */
export default class Tally implements Reporter {
  private suite: Suite | undefined;

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite;
  }

  onEnd(): void {
    const tests = (this.suite?.allTests() ?? []).filter((test) => test.results.length > 0);
    const outcomes = tests.map((test) => test.outcome());
    for (const test of tests.filter((test) => test.expectedStatus === "failed")) {
      const why = test.annotations.find((annotation) => annotation.type === "fail")?.description ?? "";
      console.log(`Known defect, expected to fail: ${test.title}. ${why}`);
    }
    const failed = outcomes.filter((outcome) => outcome === "unexpected").length;
    const passed = outcomes.filter((outcome) => outcome === "expected" || outcome === "flaky").length;
    console.log(`${passed} passed, ${failed} failed`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
